from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.report.results import PRICES, RIGHT, WRONG, a_set, sample
from verifierd.report.costs import TASKS_SHOWN, cost_figures, cpu_histogram
from verifierd.report.samples import gathered
from verifierd_client import Verdict


@given(st.lists(st.floats(1e-6, 1e4), min_size=1, max_size=50))
def test_every_run_is_in_one_bar_and_bars_leave_no_gap(times: list[float]) -> None:
    bins = cpu_histogram(np.array(times))
    assert sum(each.count for each in bins) == len(times)
    assert (bins[0].low_s, bins[-1].high_s) == pytest.approx((min(times), max(times)))
    assert all(one.high_s == after.low_s for one, after in pairwise(bins))


def test_the_bill_is_cpu_memory_and_executions_by_the_price_table_and_copies_are_free() -> None:
    stopped = sample(0, WRONG)  # two tests passed, and a third that failed
    whole = sample(1, WRONG, failed_tests=("a", "b"), tests_passed=1)
    figures = cost_figures(gathered([stopped, whole, sample(2, WRONG, duplicate_of=1)]), PRICES)
    assert figures.verification_usd == pytest.approx(2 * (0.25 * 2.0 + 0.5 * 3.0 + 3 * 0.5))
    assert (figures.runs, figures.saved, figures.cpu_time_s) == (2, 1, 0.5)


def test_what_nobody_judged_costs_nothing() -> None:
    broken = sample(1, Verdict.INFRASTRUCTURE_ERROR, generation_usd=9.0)
    figures = cost_figures(gathered([sample(0, generation_usd=1.0), broken]), PRICES)
    assert (figures.runs, figures.generation_usd, figures.cpu_time_s) == (1, 1.0, 0.25)


def test_drawing_is_charged_where_every_sample_tells_its_price_and_else_not_at_all() -> None:
    told = cost_figures(gathered([sample(n, generation_usd=9.0) for n in range(2)]), PRICES)
    untold = cost_figures(gathered([sample(0, generation_usd=9.0), sample(1)]), PRICES)
    assert (told.generation_usd, untold.generation_usd) == (18.0, None)
    assert told.resolved is not None
    assert untold.resolved is not None
    assert told.resolved.query_usd - untold.resolved.query_usd == pytest.approx(9.0)


def test_times_that_differ_by_the_last_bit_alone_are_counted_too() -> None:
    for low in (1.0, 0.1, 3e-5):
        bins = cpu_histogram(np.array([low, np.nextafter(low, 2.0)]))
        assert sum(each.count for each in bins) == 2


def test_quantiles_are_those_of_the_runs_and_runs_without_cpu_are_counted() -> None:
    times = [0.0, *(0.01 * n for n in range(1, 100))]
    runs = [sample(index, cpu_time_s=time_s) for index, time_s in enumerate(times)]
    figures = cost_figures(gathered(runs), PRICES)
    assert (figures.p50_s, figures.p95_s, figures.p99_s) == pytest.approx((0.495, 0.9405, 0.9801))
    assert figures.without_cpu == 1
    assert sum(each.count for each in figures.histogram) == 99


def test_the_dearest_tasks_come_first_with_their_share_of_all() -> None:
    runs = [sample(0, task_id=f"T/{n}", cpu_time_s=float(n)) for n in range(20)]
    dearest = cost_figures(gathered(runs), PRICES).dearest
    assert [each.task_id for each in dearest] == [f"T/{19 - n}" for n in range(TASKS_SHOWN)]
    assert dearest[0].share == pytest.approx(19 / 190)


def test_a_resolved_query_pays_for_those_that_are_not() -> None:
    tasks = [
        sample(index, verdict, f"T/{n}", generation_usd=1.0)
        for n, verdict in enumerate([RIGHT, WRONG])
        for index in range(2)
    ]
    resolved = cost_figures(gathered(tasks), PRICES).resolved
    assert resolved is not None
    assert resolved.mean_usd is not None
    one = 1.0 + 0.25 * 2.0 + 0.5 * 3.0 + 3 * 0.5
    assert resolved.mean_usd.value == pytest.approx((one + 2 * one) / 1)


def test_without_a_judged_sample_there_is_no_bill() -> None:
    figures = cost_figures(gathered([sample(0, Verdict.SKIPPED)]), PRICES)
    assert (figures.runs, figures.verification_usd, figures.resolved, figures.p50_s) == (0, 0, None, None)
    assert (figures.histogram, figures.dearest, figures.generation_usd) == ((), (), None)
    assert cost_figures(gathered(a_set()), PRICES).generation_usd == pytest.approx(24 * 0.125)
