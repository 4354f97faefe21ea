from __future__ import annotations

import contextlib
import math
import random
from typing import Any

import numpy as np
import pytest

from sandboxes.inside.values import Opaque
from tests.unit.judging.evaluators.agreement import PAIRS, Pair, hold, hold_stricter, value
from verifierd.errors import InvalidField
from verifierd.judging.checkers import choose
from verifierd.judging.evaluators import EvalPlus
from verifierd.judging.evaluators.evalplus import ORACLES
from verifierd.model import CallTest, CheckerSpec

SCALARS = (0, 1, 2, -1, 10_000_000, True, False, None, "a", "1.0", 1 + 1j, 2**70, b"a")
FLOATS = (0.0, 1.0, 2.0, 1.000001, 0.5, -1.0, 1e7, math.inf, 1e308)


def eval_plus_says(oracle: str, atol: float, output: Any, expected: Any) -> bool:
    """One turn of the loop in unsafe_execute: what is asserted there is asserted here."""
    with contextlib.suppress(AssertionError, TypeError, ValueError, OverflowError), np.errstate(all="ignore"):
        if oracle == "root":
            of_it = sum(each * math.pow(output, i) for i, each in enumerate(expected))
            assert abs(of_it) <= atol
            return True
        truth, *others = expected if oracle == "either" else [expected]
        exact_match = _exact_match(oracle, atol, output, truth, others)
        if atol == 0 and _is_floats(truth):
            atol = 1e-6
        if not exact_match and atol != 0:
            assert type(output) is type(truth)
            if isinstance(truth, list | tuple):
                assert len(output) == len(truth)
            # Of None and text numpy makes arrays too; two that are empty by their shape are close to it.
            assert all(map(_holds_numbers, (output, truth)))
            assert np.allclose(output, truth, rtol=1e-07, atol=atol)
        else:
            assert exact_match
        return True
    return False


def _exact_match(oracle: str, atol: float, output: Any, truth: Any, others: list[Any]) -> bool:
    if oracle == "any":
        return True
    if oracle == "or_zero":
        return bool(output == truth or output == 0)
    if oracle == "set":
        return set(output) == set(truth)
    if oracle == "not_none" and not isinstance(output, bool):
        return bool(truth == (output is not None))
    if oracle == "either":
        return bool(output == truth or abs(output - others[0]) <= atol)
    return bool(output == truth)


def _is_floats(given: Any) -> bool:
    if isinstance(given, list | tuple) and given:
        return all(isinstance(item, float) for item in given)
    return isinstance(given, float)


def _holds_numbers(given: Any) -> bool:
    if isinstance(given, list | tuple):
        return all(map(_holds_numbers, given))
    return isinstance(given, int | float | complex)


def _value(rng: random.Random, depth: int = 2) -> Any:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(FLOATS if rng.random() < 0.6 else SCALARS)
    if rng.random() < 0.5:
        items = [rng.choice(FLOATS) for _ in range(rng.randint(0, 3))]
    else:
        items = [_value(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    return items if rng.random() < 0.6 else tuple(items)


def _near(given: Any, rng: random.Random) -> Any:
    chance = rng.random()
    if isinstance(given, list | tuple):
        items = [_near(item, rng) for item in given]
        if chance < 0.05:
            items.append(_value(rng, 0))
        if chance > 0.9:
            rng.shuffle(items)
        return list(items) if (chance < 0.95) == isinstance(given, list) else tuple(items)
    if isinstance(given, float) and chance < 0.4:
        return given + rng.choice((1e-8, 1e-6, 3e-6, -1e-3))
    if chance < 0.5 and isinstance(given, float) and given.is_integer():
        return int(given)
    return _value(rng, 1) if chance > 0.95 else given


def returned(rng: random.Random) -> tuple[Any, Any]:
    """Return an expected value and one that is near it."""
    expected = _value(rng)
    return expected, _near(expected, rng)


def _items(rng: random.Random) -> tuple[Any, Any]:
    expected = tuple(rng.choice((0, 1, True, 2.0, "a", None, (1, 2))) for _ in range(rng.randint(0, 4)))
    actual: list[Any] = [item for item in (*expected, *expected) if rng.random() < 0.8]
    rng.shuffle(actual)
    if rng.random() < 0.1:
        actual.append(rng.choice((7, [1])))
    return expected, rng.choice((5, tuple(actual), actual))


def _whether(rng: random.Random) -> tuple[Any, Any]:
    return rng.random() < 0.5, rng.choice((None, True, False, 0, 1, "match"))


def _either(rng: random.Random) -> tuple[Any, Any]:
    expected = [rng.choice((1, 33, 2.0)), rng.choice((1, 32, 5))]
    return expected, rng.choice((*expected, 32.000001, 7, None, "33", 2.0000001))


def _root(rng: random.Random) -> tuple[Any, Any]:
    root = rng.choice((0, 1, 2, -1, 0.5))
    coefficients = [-6 * root, 6, -2 * root, 2]  # 2 (x - root) (x^2 + 3)
    return coefficients, rng.choice(
        (root, root + 1e-9, root + 1e-2, True, "1", None, 1e200, math.inf, [root])
    )


PAIRS_OF: dict[str, Pair] = {"set": _items, "not_none": _whether, "either": _either, "root": _root}


@pytest.mark.parametrize("atol", [0.0, 1e-6, 1e-3])
@pytest.mark.parametrize("oracle", ["", "or_zero", *PAIRS_OF])
def test_it_agrees_with_the_evaluator(oracle: str, atol: float) -> None:
    def says(output: Any, expected: Any) -> bool:
        return eval_plus_says(oracle, atol, output, expected)

    pairs = PAIRS if oracle == "" else PAIRS // 4
    hold(EvalPlus(atol, oracle), says, PAIRS_OF.get(oracle, returned), value, pairs)


def test_the_oracle_any_takes_anything() -> None:
    values: tuple[Any, ...] = (1, 2, None, "x", [[]])
    assert all(EvalPlus(oracle="any").check(1, actual).accepted for actual in values)
    assert not EvalPlus(oracle="any", strict=True).check(1, 2).accepted


@pytest.mark.parametrize("oracle", ["", "or_zero", "set"])
def test_strict_takes_less(oracle: str) -> None:
    pair = PAIRS_OF.get(oracle, returned)
    hold_stricter(EvalPlus(1e-6, oracle, strict=True), EvalPlus(1e-6, oracle), pair, value)


@pytest.mark.parametrize(
    ("expected", "actual", "accepted", "strictly"),
    [
        (1, True, True, False),
        (2.0, 2, True, True),
        (2.0, 2.000001, True, True),
        (2.0, 2.001, False, False),
        ([1.0, 2.0], [1.0, 2.0000001], True, True),
        ([1.0, 2.0], (1.0, 2.0), False, False),
        ([[1.0, 1.0]], [[1.0]], True, False),
        ([1.0], [[1.0]], True, False),
        (math.nan, math.nan, True, True),
        (1.0, Opaque("Fraction"), False, False),
        (1.0, "1.0", False, False),
        (None, None, True, True),
    ],
)
def test_values_are_compared(expected: Any, actual: Any, accepted: bool, strictly: bool) -> None:
    result = EvalPlus(1e-6).check(expected, actual)
    assert result.accepted is accepted
    assert bool(result.detail) is not accepted
    assert EvalPlus(1e-6, strict=True).check(expected, actual).accepted is strictly


def test_a_match_object_is_a_value() -> None:
    assert EvalPlus(oracle="not_none").check(True, Opaque("Match")).accepted
    assert not EvalPlus(oracle="not_none").check(False, Opaque("Match")).accepted


def test_the_right_answer_of_a_polynomial_is_no_coefficient() -> None:
    assert not EvalPlus(1e-6, "root").check([1, 2], [1, 2]).accepted
    assert EvalPlus(1e-6, "root").check([1, 2], -0.5).accepted


def test_parameters_are_read() -> None:
    params = {"atol": "1e-4", "oracle": "root", "strict": "true"}
    chosen = choose(CheckerSpec("evalplus", params), (CallTest,))
    assert chosen[CallTest] == EvalPlus(1e-4, "root", True)
    with pytest.raises(InvalidField) as caught:
        choose(CheckerSpec("evalplus", {"oracle": "poly"}), (CallTest,))
    assert all(oracle in caught.value.allowed for oracle in ORACLES)
