"""Which tests carry a suite: what each rejects, what no other does, and the order that rejects fastest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from verifierd.economics.intervals import Floats
from verifierd.economics.outcomes import FAILED, PASSED, Outcomes, Whole
from verifierd.model import TestSignal


def accepted_without(outcomes: Outcomes) -> Whole:
    """Return of each test how many candidates the suite would accept without it, and rejects with it.

    Leave-one-test-out, of shape (tests,). A candidate whose outcome on another test is unknown is not
    counted, since that test might reject it too: where candidates stop at their first failing test, only the
    last test has such candidates.
    """
    failed = outcomes.passed == FAILED
    alone = (failed.sum(axis=1) == 1) & ((outcomes.passed == PASSED).sum(axis=1) == failed.shape[1] - 1)
    return np.asarray(outcomes.samples[alone] @ failed[alone], dtype=np.int64)


def signals_of_tests(outcomes: Outcomes, cpu_time_s: npt.ArrayLike | None = None) -> tuple[TestSignal, ...]:
    """Return what each test contributes, in the order that rejects wrong candidates soonest.

    Next comes the test that rejects most of the candidates not rejected yet, for each second that it takes.
    That greedy order takes at most 4 times as long as the best: Feige, Lovasz and Tetali 2004,
    "Approximating Min Sum Set Cover", Algorithmica 40, and with costs Munagala, Babu, Motwani and Widom
    2005, "The Pipelined Set Cover Problem", ICDT; a factor below 4 is NP-hard. Tests that reject nothing
    more come last, by all that they reject; equal ones keep the suite's order.

    Args:
        outcomes: an unknown outcome rejects nobody.
        cpu_time_s: of shape (tests,), what a run of each takes, above 0; the same for all if None.

    Raises:
        ValueError: a time is not above 0 and finite, or there is not one a test.
    """
    failed = outcomes.passed == FAILED
    tests = failed.shape[1]
    times = np.ones(tests) if cpu_time_s is None else _checked_times(cpu_time_s, tests)
    rejected = np.asarray(outcomes.samples @ failed, dtype=np.int64)
    alone = accepted_without(outcomes)
    return tuple(
        TestSignal(outcomes.test_ids[test], int(rejected[test]), int(alone[test]))
        for test in _greedy(failed, outcomes.samples, times, rejected)
    )


def _greedy(failed: npt.NDArray[np.bool_], samples: Whole, times: Floats, rejected: Whole) -> list[int]:
    order: list[int] = []
    left = np.ones(times.size, dtype=np.bool_)
    waiting = np.ones(samples.size, dtype=np.bool_)
    weights = samples.astype(np.float64)
    rejects = weights @ failed
    while left.any():
        gains = np.where(left, rejects / times, -1.0)
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            rest = np.flatnonzero(left)
            last = rest[np.argsort(-rejected[rest] / times[rest], kind="stable")]
            return order + [int(test) for test in last]
        order.append(best)
        left[best] = False
        gone = np.flatnonzero(failed[:, best] & waiting)
        waiting[gone] = False
        rejects = rejects - weights[gone] @ failed[gone]  # each row once, so the whole is linear
    return order


def _checked_times(cpu_time_s: npt.ArrayLike, tests: int) -> Floats:
    times = np.asarray(cpu_time_s, dtype=np.float64)
    if times.shape != (tests,):
        raise ValueError(f"cpu_time_s has the shape {times.shape}; one time a test is needed, {tests}")
    for test in np.flatnonzero(~((times > 0) & np.isfinite(times)))[:1]:
        raise ValueError(f"cpu_time_s of test {test} is {times[test]}; it must be above 0 and finite")
    return times
