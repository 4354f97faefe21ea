"""From the results of one task's samples to the outcomes of its tests, which estimates are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verifierd.datasets.results import SampleResult
from verifierd.economics.outcomes import FAILED, PASSED, Outcomes, outcome_table

# Of outcomes a task: what fits into memory with room to spare, whatever a line says there are of tests.
MOST_OUTCOMES = 1 << 26


@dataclass(frozen=True, slots=True)
class SuiteOutcomes:
    """What the tests of one task said of its samples, and the names of the tests that some sample failed."""

    outcomes: Outcomes
    failed: tuple[str, ...]


def runs_of(judged: Sequence[SampleResult]) -> tuple[SampleResult, ...]:
    """Return the samples that ran themselves: not those whose run was an equal program's."""
    return tuple(each for each in judged if each.duplicate_of is None)


def suite_outcomes(judged: Sequence[SampleResult]) -> SuiteOutcomes | None:
    """Return what the judged samples of a task, in the order of their indices, tell of its tests.

    None where they do not tell it: a wrong sample does not name all tests that it failed, as where it was not
    run on after the first; there is no test; or there are too many outcomes.
    """
    runs = runs_of(judged)
    if not runs or not all(each.passed or each.failed_tests is not None for each in runs):
        return None
    names = sorted({name for each in runs for name in each.failed_tests or ()})
    tests = max(len(names), *(each.tests_total for each in runs))
    if not 0 < tests * len(runs) <= MOST_OUTCOMES:
        return None
    column = {name: place for place, name in enumerate(names)}
    unnamed = (f"unnamed {place}" for place in range(tests + len(names)))
    filled = [name for name in unnamed if name not in column][: tests - len(names)]
    passed = np.full((len(runs), tests), PASSED, dtype=np.int8)
    for row, each in enumerate(runs):
        if not each.passed:
            passed[row, _failed(each, column)] = FAILED
    equal = Counter(each.duplicate_of for each in judged if each.duplicate_of is not None)
    copies = [1 + equal[each.sample_index] for each in runs]
    return SuiteOutcomes(outcome_table(passed, copies, [*names, *filled]), tuple(names))


def _failed(result: SampleResult, column: dict[str, int]) -> list[int] | slice:
    """Return the tests that a wrong sample failed: all of them, where it came to none."""
    return [column[name] for name in result.failed_tests or ()] or slice(None)
