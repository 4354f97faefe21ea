from __future__ import annotations

import json

import pytest

from tests.unit.report.results import PRICES, WRONG, a_set, expect_no_more, sample
from verifierd.economics.calibration import Reliability
from verifierd.report.absent import Absent
from verifierd.report.figures import figures_as_json, report_figures
from verifierd_client import Verdict


@pytest.fixture(autouse=True)
def no_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    expect_no_more(monkeypatch)


def test_the_figures_add_up() -> None:
    broken = [sample(n, Verdict.INFRASTRUCTURE_ERROR, "T/9") for n in range(2)]
    figures = report_figures([*a_set(), *broken], PRICES)
    assert (figures.samples, figures.judged, figures.right, figures.solved) == (26, 24, 6, 3)
    assert (figures.verdict_counts, figures.unjudged_counts) == (
        {"WRONG_ANSWER": 18, "ACCEPTED": 6},
        {"INFRASTRUCTURE_ERROR": 2},
    )


def test_the_hardest_task_comes_first_and_one_that_nobody_judged_last() -> None:
    figures = report_figures([sample(0, Verdict.SKIPPED, "T/9"), *reversed(a_set())], PRICES)
    assert [row.task_id for row in figures.tasks] == ["T/0", "T/1", "T/2", "T/3", "T/9"]
    assert [(row.right, row.samples, row.unjudged) for row in figures.tasks][3:] == [(3, 6, 0), (0, 0, 1)]


def test_predictions_are_held_against_what_came_true() -> None:
    results = [sample(n, probability=0.9) for n in range(3)] + [sample(3, WRONG, probability=0.9)]
    calibration = report_figures([*results, sample(4)], PRICES).calibration
    assert isinstance(calibration, Reliability)
    assert calibration.count == 4
    assert round(calibration.expected_calibration_error, 9) == 0.15


def test_what_lines_do_not_say_is_absent_with_the_field_that_would_say_it() -> None:
    figures = report_figures([sample(0), sample(1, WRONG)], PRICES)
    for part, field in ((figures.calibration, "`probability`"), (figures.clusters, "`cluster`")):
        assert isinstance(part, Absent)
        assert field in part.absent


def test_json_holds_the_numbers_and_nothing_that_json_has_not() -> None:
    found = json.loads(json.dumps(figures_as_json(report_figures(a_set(), PRICES)), allow_nan=False))
    assert [point["k"] for point in found["coverage"]["measured"]][:2] == [1, 2]
    assert 0 < found["calibration"]["expected_calibration_error"] < 1
    assert len(found["clusters"]["tasks"]) == len(found["suites"]["tasks"]) == len(found["tasks"]) == 4


def test_what_is_infinite_is_null() -> None:
    results = [sample(0), *(sample(0, WRONG, f"T/{n}") for n in range(1, 4))]
    found = figures_as_json(report_figures(results, PRICES))
    assert found["costs"]["resolved"]["mean_usd"]["high"] is None
    json.dumps(found, allow_nan=False)


def test_results_that_nobody_judged_are_a_report_too() -> None:
    figures = report_figures([sample(0, Verdict.CANCELLED)], PRICES)
    assert (figures.judged, figures.coverage) == (0, Absent("No sample was judged."))
    json.dumps(figures_as_json(figures), allow_nan=False)
