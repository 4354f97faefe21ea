"""Results add up by task; what nobody judged is left out, and what a duplicate did not cost."""

from __future__ import annotations

import numpy as np
import pytest

from verifierd.datasets.measured import measured
from verifierd.datasets.results import SampleResult
from verifierd.economics.prices import PriceTable
from verifierd_client import Verdict

PRICES = PriceTable(usd_per_vcpu_second=1.0, usd_per_gib_second=10.0, usd_per_execution=100.0)


def result(task: str, index: int, verdict: Verdict = Verdict.ACCEPTED, **changes: object) -> SampleResult:
    values: dict[str, object] = {
        "task_id": task,
        "sample_index": index,
        "language": "python",
        "verdict": verdict,
        "passed": verdict is Verdict.ACCEPTED,
        "tests_passed": 2,
        "tests_total": 3,
        "failed_test": None,
        "cpu_time_s": 0.5,
        "wall_time_s": 2.0,
        "peak_memory_bytes": 1 << 29,
        "duplicate_of": None,
        "detail": "",
        "groups": {},
    }
    return SampleResult(**(values | changes))  # type: ignore[arg-type]


def test_samples_count_by_task_and_those_that_nobody_judged_do_not() -> None:
    found = measured(
        [
            result("a", 0),
            result("b", 0, Verdict.SKIPPED),
            result("c", 0, Verdict.WRONG_ANSWER),
            result("a", 1, Verdict.INFRASTRUCTURE_ERROR),
            result("a", 2, Verdict.TIME_LIMIT_EXCEEDED),
            result("c", 1, Verdict.CANCELLED),
        ],
        PRICES,
    )
    assert [(each.task_id, each.samples, each.correct) for each in found.tasks] == [("a", 2, 1), ("c", 1, 0)]
    assert (found.samples, found.not_judged, found.tasks_not_judged) == (3, 3, 1)


def test_a_sample_costs_its_cpu_its_memory_and_the_executions_up_to_the_first_that_failed() -> None:
    (task,) = measured([result("a", 0, Verdict.WRONG_ANSWER)], PRICES).tasks
    assert task.verification_usd == pytest.approx(0.5 * 1.0 + 0.5 * 2.0 * 10.0 + 3 * 100.0)


def test_a_duplicate_costs_and_takes_nothing_but_is_a_sample() -> None:
    once = measured([result("a", 0)], PRICES).tasks[0]
    (twice,) = measured([result("a", 0), result("a", 1, duplicate_of=0)], PRICES).tasks
    assert (twice.samples, twice.correct) == (2, 2)
    assert (twice.verification_usd, twice.wall_s) == (once.verification_usd, once.wall_s)


def test_mean_and_spread_of_times_are_those_of_the_samples() -> None:
    times = [1.0, 2.0, 6.0, 3.0]
    found = measured([result("ab"[n % 2], n, wall_time_s=each) for n, each in enumerate(times)], PRICES)
    assert found.wall_moments() == pytest.approx((np.mean(times), np.std(times)))
    assert found.tasks[0].wall_mean_s == pytest.approx(3.5)
    assert found.tasks[0].wall_variance_s2 == pytest.approx(np.var([1.0, 6.0]))


def test_the_price_of_drawing_is_known_only_where_each_sample_has_one() -> None:
    known = [result("a", n, generation_usd=0.25) for n in range(2)]
    assert measured(known, PRICES).tasks[0].generation_usd == 0.5
    assert measured([*known, result("a", 2)], PRICES).tasks[0].generation_usd is None
