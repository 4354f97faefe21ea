"""The probe inputs of a problem: those given, then those made from its tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import count as counted
from itertools import islice

from verifierd.model import CallProbe, CallTest, ProbeInput, StdinProbe, StdioTest, TestCase
from verifierd.selection.probing.calls import mutated_calls
from verifierd.selection.probing.identity import input_identity
from verifierd.selection.probing.inputs import mutated_inputs


def probes_for(
    tests: Sequence[TestCase], given: Sequence[ProbeInput], at_most: int, seed: int
) -> tuple[ProbeInput, ...]:
    """Return the probe inputs of a problem: the given ones, then mutated ones, at most `at_most` in all.

    A given one keeps its id; of several with the same content the first stays. Mutated ones are made from the
    `stdio` and the `call` tests, as many from each kind as its share of these tests; none has the content of
    a test or of a given one. Their ids are `mutated-1` and so on, those left out that a test or a given one
    has. There are fewer than `at_most` where tests have no such kind or no more can be made of them.

    Raises:
        ValueError: `at_most` is negative or less than the given ones with different contents, two given ones
            have one id, or a value is of no allowed type or nests too deeply.
    """
    if at_most < 0:
        raise ValueError(f"at_most is {at_most}; it must be at least 0")
    ids: set[str] = set()
    first: dict[bytes, ProbeInput] = {}
    for index, probe in enumerate(given):
        if probe.id in ids:
            raise ValueError(
                f"given[{index}].id is {probe.id!r}, which another given probe has; each must have its own"
            )
        ids.add(probe.id)
        first.setdefault(input_identity(probe.body), probe)
    wanted = at_most - len(first)
    if wanted < 0:
        raise ValueError(f"at_most is {at_most}; it must be at least {len(first)}: so many probes are given")
    names = _fresh_ids({*ids, *(test.id for test in tests)})
    made = _mutated(tests, set(first), wanted, seed)
    return (*first.values(), *(ProbeInput(name, body) for body, name in zip(made, names, strict=False)))


def _mutated(
    tests: Sequence[TestCase], given: Set[bytes], wanted: int, seed: int
) -> Iterator[StdinProbe | CallProbe]:
    stdio = [test.body for test in tests if isinstance(test.body, StdioTest)]
    calls = [test.body for test in tests if isinstance(test.body, CallTest)]
    if not stdio and not calls:
        return
    share = round(wanted * len(stdio) / (len(stdio) + len(calls)))
    # Some may turn out to be what was given, so as many more are made.
    inputs = map(StdinProbe, mutated_inputs(stdio, share + len(given) if share else 0, seed))
    yield from islice((each for each in inputs if input_identity(each) not in given), share)
    rest = wanted - share
    others = mutated_calls(calls, rest + len(given) if rest else 0, seed)
    yield from islice((each for each in others if input_identity(each) not in given), rest)


def _fresh_ids(taken: set[str]) -> Iterator[str]:
    return (name for number in counted(1) if (name := f"mutated-{number}") not in taken)
