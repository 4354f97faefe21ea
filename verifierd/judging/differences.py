"""Where two typed values first differ, in words: `at [3]["a"]: expected 1, got True`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from verifierd.judging.fingerprint import fingerprint, scalar_code
from verifierd.judging.showing import SHOWN_CHARS, show_value

SameScalar = Callable[[Any, Any], bool]
_Pair = tuple[str, Any, Any]

_CONTAINERS = (list, tuple, set, frozenset, dict)


def same_exactly(expected: Any, actual: Any) -> bool:
    """Tell whether two values without parts are equal by the rules of `fingerprint`."""
    code = scalar_code(expected)
    return code is not None and code == scalar_code(actual)


def first_difference(expected: Any, actual: Any, same: SameScalar = same_exactly) -> str | None:
    """Return the first difference of two values, None where there is none.

    `same` decides where neither value has parts. Elements of sets and keys of dicts are matched by
    fingerprint, that is exactly. Nesting is followed without recursion.
    """
    steps: list[str] = []
    levels: list[Iterator[_Pair]] = [iter([("", expected, actual)])]
    while levels:
        pair = next(levels[-1], None)
        if pair is None:
            levels.pop()
            if steps:
                steps.pop()
            continue
        step, want, got = pair
        difference = _difference_here(want, got, same)
        if difference is not None:
            return _where([*steps, step]) + difference
        if type(want) in (list, tuple, dict):
            steps.append(step)
            levels.append(_parts(want, got))
    return None


def _difference_here(want: Any, got: Any, same: SameScalar) -> str | None:
    """Compare all of two values but the parts that are looked at one by one later."""
    if type(want) not in _CONTAINERS and type(got) not in _CONTAINERS:
        if same(want, got):
            return None
        return f"expected {_named(want, got)}, got {_named(got, want)}"
    if type(want) is not type(got):
        return f"expected {_named(want, got)}, got {_named(got, want)}"
    if type(want) in (set, frozenset):
        return _set_difference(want, got)
    if type(want) is dict:
        return _key_difference(want, got)
    return None if len(want) == len(got) else f"expected {len(want)} items, got {len(got)}"


def _parts(want: Any, got: Any) -> Iterator[_Pair]:
    if type(want) is dict:
        by_key = {fingerprint(key): item for key, item in got.items()}
        for key, item in want.items():
            yield f"[{show_value(key)}]", item, by_key[fingerprint(key)]
        return
    for index, (a, b) in enumerate(zip(want, got, strict=True)):
        yield f"[{index}]", a, b


def _set_difference(want: Any, got: Any) -> str | None:
    wanted = {fingerprint(item): item for item in want}
    given = {fingerprint(item): item for item in got}
    if None in given:
        return f"expected a set of values, got {show_value(given[None])} in it"
    for code, item in wanted.items():
        if code not in given:
            return f"expected {_typed(item)} in the {type(want).__name__}, it is missing"
    for code, item in given.items():
        if code not in wanted:
            return f"{_typed(item)} in the {type(want).__name__} was not expected"
    return None if len(want) == len(got) else f"expected {len(want)} elements, got {len(got)}"


def _key_difference(want: dict[Any, Any], got: dict[Any, Any]) -> str | None:
    wanted = {fingerprint(key): key for key in want}
    given = {fingerprint(key): key for key in got}
    for code, key in wanted.items():
        if code not in given:
            return f"expected key {_typed(key)}, it is missing"
    for code, key in given.items():
        if code not in wanted or code is None:
            return f"key {_typed(key)} was not expected"
    return None if len(want) == len(got) else f"expected {len(want)} keys, got {len(got)}"


def _named(value: Any, other: Any) -> str:
    return show_value(value) if type(value) is type(other) or value is None else _typed(value)


def _typed(value: Any) -> str:
    has_value_form = type(value) in _CONTAINERS or scalar_code(value) is not None
    return f"{type(value).__name__} {show_value(value)}" if has_value_form else show_value(value)


def _where(steps: list[str]) -> str:
    path = "".join(steps)
    if not path:
        return ""
    return f"at …{path[-SHOWN_CHARS:]}: " if len(path) > SHOWN_CHARS else f"at {path}: "
