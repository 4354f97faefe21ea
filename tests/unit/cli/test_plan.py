"""`verifierd plan` makes plans of measured results, and names what is wrong with them or with its options."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Command
from verifierd.cli import plan

PRICE = ("--usd-per-sample", "0.01")
COVERAGE = (*PRICE, "--target-coverage", "0.8")


@pytest.fixture(autouse=True)
def few_refits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "REFITS", 3)


def line(task: int, index: int, passed: bool, **changes: Any) -> dict[str, Any]:
    return {
        "task_id": f"T/{task}",
        "sample_index": index,
        "language": "python",
        "verdict": "ACCEPTED" if passed else "WRONG_ANSWER",
        "passed": passed,
        "tests_passed": 3 if passed else 1,
        "tests_total": 3,
        "failed_test": None if passed else "b",
        "cpu_time_s": 0.1,
        "wall_time_s": 0.1 + 0.1 * (index % 3),
        "peak_memory_bytes": 1 << 24,
        "duplicate_of": None,
        "detail": "",
        **changes,
    }


def written(file: Path, *lines: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return file


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Of task n, n of 10 samples pass; one more was not judged, and one task has no other."""
    lines = [line(task, index, index < task) for task in range(11) for index in range(10)]
    lost = {"verdict": "INFRASTRUCTURE_ERROR", "passed": False}
    return written(tmp_path / "results.jsonl", *lines, line(3, 10, False) | lost, line(99, 0, False) | lost)


def test_a_coverage_is_planned_for_and_harder_problems_get_more_samples(
    command: Command, results: Path
) -> None:
    ended = command("plan", results, *COVERAGE, "--json")
    (report,) = ended.json_lines
    assert ended.code == 0
    assert (report["tasks"], report["samples"], report["not_judged"]) == (11, 110, 2)
    plans = report["plans"]
    for each in plans.values():
        low, high = each["coverage_interval"]
        assert 0.8 <= each["coverage"] < 0.9
        assert low <= each["coverage"] <= high
        drawn = sum(each["samples"].values())
        assert each["cost_usd"] == pytest.approx(drawn * report["usd_per_sample"], rel=0.01)
    assert plans["by_value"]["cost_usd"] < plans["uniform"]["cost_usd"]
    samples = plans["by_value"]["samples"]
    assert samples["T/1"] > samples["T/5"] > samples["T/10"] >= 1
    assert len(set(plans["uniform"]["samples"].values())) == 1


def test_a_budget_is_kept_and_one_more_sample_has_a_worth(command: Command, results: Path) -> None:
    ended = command("plan", results, *PRICE, "--budget-usd", "0.5", "--value-usd", "2", "--json")
    for each in ended.json_lines[0]["plans"].values():
        following = each["next_sample"]
        assert each["cost_until_solved_usd"] < each["cost_usd"] <= 0.5
        assert following["net_usd"] == pytest.approx(2 * following["chance"] - following["usd"])


def test_where_samples_end_with_the_first_that_solves_a_budget_reaches_further(
    command: Command, results: Path
) -> None:
    target = (*PRICE, "--budget-usd", "0.5", "--json")
    every, until = (command("plan", results, *target, *more) for more in ((), ("--until-solved",)))
    before, after = every.json_lines[0]["plans"]["by_value"], until.json_lines[0]["plans"]["by_value"]
    assert after["cost_until_solved_usd"] <= 0.5 < after["cost_usd"]
    assert after["coverage"] > before["coverage"]


def test_a_latency_has_one_plan(command: Command, results: Path) -> None:
    stream = ("--parallel", "4", "--sample-mean-s", "2", "--sample-p99-s", "5")
    ended = command("plan", results, *PRICE, "--latency-p99-s", "20", *stream, "--json")
    assert list(ended.json_lines[0]["plans"]) == ["uniform"]
    (each,) = set(ended.json_lines[0]["plans"]["uniform"]["samples"].values())
    assert 12 <= each <= 36


def test_a_person_is_told_the_plans_and_the_workers(
    command: Command, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ended = command("plan", results, *COVERAGE, "--value-usd", "1", "--rate", "2", "--rate-p99-s", "20")
    assert ended.code == 0
    for words in (
        "110 of 11 tasks",
        "2 more that nobody judged, left out, and with them 1",
        "the same for each",
        "by marginal value",
        "for 2 batches/s: p99",
        "worth",
    ):
        assert words in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "\x1b" not in ended.out + ended.err


def test_what_drawing_cost_is_taken_from_the_results_where_it_is_there(
    command: Command, tmp_path: Path
) -> None:
    lines = [line(task, index, index < task, generation_usd=0.5) for task in range(4) for index in range(4)]
    file = written(tmp_path / "r.jsonl", *lines)
    ended = command("plan", file, "--budget-usd", "20", "--json")
    assert ended.json_lines[0]["generation_usd_per_sample"] == 0.5
    tokens = ("--tokens-per-sample", "1000", "--usd-per-million-tokens", "2")
    ended = command("plan", file, "--budget-usd", "20", *tokens, "--json")
    assert ended.json_lines[0]["generation_usd_per_sample"] == pytest.approx(0.002)


def test_verifying_is_paid_by_the_prices_of_the_settings(
    command: Command, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERIFIERD_PRICES__USD_PER_VCPU_SECOND", "1")
    monkeypatch.setenv("VERIFIERD_PRICES__USD_PER_GIB_SECOND", "0")
    ended = command("plan", results, *COVERAGE, "--json")
    assert ended.json_lines[0]["usd_per_sample"] == pytest.approx(0.01 + 0.1)


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in line(0, 1, False).items() if name != key}


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (without("verdict"), "field 'verdict' is missing"),
        (without("cpu_time_s"), "field 'cpu_time_s' is missing"),
        (
            line(0, 1, False, cpu_time_s=math.nan),
            "field 'cpu_time_s' must be a number from 0 to 1e12, and is nan",
        ),
        (line(0, 1, False, generation_usd=-1), "field 'generation_usd' must be a number from 0 to 1e12"),
        (line(0, 0, False), "sample 0 of task 'T/0' occurs twice"),
    ],
)
def test_a_bad_line_ends_with_2_and_is_named(
    command: Command, tmp_path: Path, second: dict[str, Any], words: str
) -> None:
    file = written(tmp_path / "r.jsonl", line(0, 0, True), second)
    ended = command("plan", file, *COVERAGE)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {file}:2: {words}")


def test_a_file_without_samples_to_learn_from_ends_with_2(command: Command, tmp_path: Path) -> None:
    empty = written(tmp_path / "empty.jsonl")
    ended = command("plan", empty, *COVERAGE)
    assert (ended.code, ended.err) == (2, f"error: {empty}:1: there is no result in this file\n")
    lost = written(tmp_path / "lost.jsonl", line(0, 0, False, verdict="SKIPPED"))
    ended = command("plan", lost, *COVERAGE)
    assert (ended.code, ended.err) == (2, f"error: {lost}: nobody judged its 1 sample\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (PRICE, "one of --target-coverage, --budget-usd and --latency-p99-s is needed, and 0 are given"),
        ((*COVERAGE, "--budget-usd", "1"), "is needed, and 2 are given"),
        (("--target-coverage", "0.5"), "nothing says what drawing a sample costs: give --usd-per-sample"),
        (("--usd-per-sample", "-1", "--target-coverage", "0.5"), "--usd-per-sample is -1.0; it must be"),
        (("--usd-per-sample", "nan", "--target-coverage", "0.5"), "--usd-per-sample is nan; it must be"),
        ((*COVERAGE, "--tokens-per-sample", "9"), "--tokens-per-sample needs --usd-per-million-tokens too"),
        ((*PRICE, "--target-coverage", "0.9999"), "the target coverage is 0.9999, but no number of samples"),
        ((*PRICE, "--target-coverage", "nan"), "the target coverage is nan; it must be from 0 to 1"),
        ((*PRICE, "--budget-usd", "-3"), "the budget is -3.0; it must be a finite number of at least 0"),
        ((*PRICE, "--budget-usd", "1e30"), "which pays for more than 1073741824 samples of a problem"),
        ((*PRICE, "--latency-p99-s", "9"), "--latency-p99-s needs --sample-mean-s and --sample-p99-s"),
        ((*COVERAGE, "--value-usd", "inf"), "value_usd is inf; it must be a finite number of at least 0"),
        ((*COVERAGE, "--rate", "1"), "--rate needs --rate-p99-s too"),
        ((*COVERAGE, "--rate", "-1", "--rate-p99-s", "9"), "arrivals_per_s is -1.0"),
        ((*COVERAGE, "--rate", "1", "--rate-p99-s", "0.01"), "target_s is 0.01; with any number of workers"),
    ],
)
def test_options_that_cannot_be_are_refused_with_what_is_allowed(
    command: Command, results: Path, options: tuple[str, ...], words: str
) -> None:
    ended = command("plan", results, *options)
    assert ended.code == 2
    assert ended.err.startswith("error: ")
    assert words in ended.err
    as_json = command("plan", results, *options, "--json")
    assert (as_json.code, as_json.err) == (2, "")
    assert words in as_json.json_lines[0]["error"]["message"]
