from __future__ import annotations

from itertools import combinations

import pytest

from tests.unit.report.results import RIGHT, WRONG, a_set, sample
from verifierd.report import coverage
from verifierd.report.coverage import BEYOND, CoverageFigures, coverage_figures
from verifierd.report.figures import STEPS
from verifierd.report.samples import gathered


@pytest.fixture(autouse=True)
def few_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "FIT_RESAMPLES", 2)


def figures_of(*right_of_samples: tuple[int, int]) -> CoverageFigures:
    results = [
        sample(index, RIGHT if index < right else WRONG, f"T/{task}")
        for task, (right, samples) in enumerate(right_of_samples)
        for index in range(samples)
    ]
    return coverage_figures(gathered(results), lambda: None)


def by_drawing_all(right: int, samples: int, k: int) -> float:
    """The share of all draws of k samples that hold a right one."""
    draws = list(combinations([index < right for index in range(samples)], k))
    return sum(map(any, draws)) / len(draws)


def test_each_point_is_the_mean_over_tasks_of_all_draws() -> None:
    tasks = [(0, 7), (1, 7), (3, 8), (7, 7)]
    figures = figures_of(*tasks)
    for point in figures.measured:
        expected = sum(by_drawing_all(*task, point.k) for task in tasks) / len(tasks)
        assert point.coverage.value == pytest.approx(expected)
        assert point.coverage.covers(point.coverage.value)
    assert figures.samples == figures.measured[-1].k == 7
    assert {1, 2, 5, 7} <= {point.k for point in figures.measured}


def test_more_samples_solve_no_less_beyond_those_that_there_are_too() -> None:
    figures = figures_of((0, 12), (1, 12), (4, 12), (12, 12))
    values = [point.coverage.value for point in (*figures.measured, *figures.beyond)]
    assert values == sorted(values)
    assert [point.k for point in figures.beyond] == [12 * factor for factor in BEYOND]
    assert [point.k for point in figures.table] == [1, 10, 12]
    assert [point.k for point in figures.rounds] == [1, 2, 5, 10, 12]


def test_the_law_goes_through_what_is_measured_and_is_none_where_nothing_is_left_to_solve() -> None:
    figures = figures_of((0, 12), (1, 12), (2, 12), (5, 12))
    assert figures.law is not None
    for point in figures.measured:
        assert figures.law.pass_at(point.k) == pytest.approx(point.coverage.value, abs=0.08)
    assert figures_of((2, 2), (2, 2)).law is None
    assert figures_of((1, 1), (0, 1)).law is None


def test_each_fit_is_one_step() -> None:
    steps: list[int] = []
    coverage_figures(gathered(a_set()), lambda: steps.append(1))
    assert len(steps) == coverage.FIT_RESAMPLES == 2
    assert STEPS == 100
