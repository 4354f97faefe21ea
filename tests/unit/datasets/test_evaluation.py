"""Every sample gets its line, in the order of the input, whatever order the verdicts land in."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

import verifierd_client as client
from tests.unit.datasets.fakes import MAX_SOURCE_BYTES, FakeVerifier
from verifierd.datasets.adapter import Sample
from verifierd.datasets.evaluation import Evaluation, Plan
from verifierd.datasets.records import InputError
from verifierd.datasets.task import Task

pytestmark = pytest.mark.anyio


def task_named(name: str) -> Task:
    problem = client.Problem(name, [client.AssertsTest("assert f()", "check", ("f",))])
    return Task(name, "p:1", problem, "python")


PLAN = Plan(batches_at_once=2)
TASKS = {name: task_named(name) for name in ("T/0", "T/1", "T/2")}


async def lines_of(evaluation: Evaluation, verifier: FakeVerifier) -> list[dict[str, object]]:
    await evaluation.run(verifier, lambda: None)
    return [evaluation.line(number) for number in range(len(evaluation.samples))]


def samples(*given: tuple[str, int, str]) -> list[Sample]:
    return [Sample(*each, "python") for each in given]


def passed_at(evaluation: Evaluation, k: int) -> float:
    estimate = evaluation.tally.pass_at_k()[k]
    assert estimate is not None
    return estimate.value


async def test_lines_stand_in_the_order_of_the_input_also_where_tasks_are_mixed() -> None:
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(
            samples(
                ("T/1", 0, "ACCEPTED a"),
                ("T/0", 0, "WRONG_ANSWER b"),
                ("T/1", 1, "RUNTIME_ERROR c"),
                ("T/0", 1, "ACCEPTED d"),
            )
        )
        lines = await lines_of(evaluation, FakeVerifier())
    assert [(line["task_id"], line["sample_index"], line["verdict"], line["passed"]) for line in lines] == [
        ("T/1", 0, "ACCEPTED", True),
        ("T/0", 0, "WRONG_ANSWER", False),
        ("T/1", 1, "RUNTIME_ERROR", False),
        ("T/0", 1, "ACCEPTED", True),
    ]


async def test_a_line_has_what_was_measured_and_names_the_sample_it_equals() -> None:
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(samples(("T/0", 0, "ACCEPTED a"), ("T/0", 1, "ACCEPTED b"), ("T/0", 2, "ACCEPTED b")))
        lines = await lines_of(evaluation, FakeVerifier())
    assert [line["duplicate_of"] for line in lines] == [None, None, 1]
    assert lines[1]["cluster"] == lines[2]["cluster"] != lines[0]["cluster"]
    assert lines[0] == {
        "task_id": "T/0",
        "sample_index": 0,
        "language": "python",
        "verdict": "ACCEPTED",
        "passed": True,
        "tests_passed": 1,
        "tests_total": 1,
        "failed_test": None,
        "cpu_time_s": 0.125,
        "wall_time_s": 0.25,
        "peak_memory_bytes": 4096,
        "duplicate_of": None,
        "detail": "",
        "cluster": lines[0]["cluster"],
        "failed_tests": [],
    }


async def test_what_no_service_takes_as_a_program_is_a_compile_error_of_that_sample_alone() -> None:
    odd = ["\0", "x = '\ud800'", "#" * (MAX_SOURCE_BYTES + 1)]
    verifier = FakeVerifier()
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(
            samples(
                ("T/0", 0, odd[0]),
                ("T/0", 1, "ACCEPTED"),
                ("T/0", 2, odd[1]),
                ("T/0", 3, odd[2]),
                ("T/1", 0, odd[0]),
            )
        )
        lines = await lines_of(evaluation, verifier)
    assert [line["verdict"] for line in lines] == [
        "COMPILE_ERROR",
        "ACCEPTED",
        "COMPILE_ERROR",
        "COMPILE_ERROR",
        "COMPILE_ERROR",
    ]
    assert [line["sample_index"] for line in lines] == [0, 1, 2, 3, 0]
    details = [str(lines[number]["detail"]) for number in (0, 2, 3)]
    assert "byte 0 of the program is NUL" in details[0]
    assert "not UTF-8" in details[1]
    assert "201 bytes; up to 200 are taken" in details[2]
    assert len(verifier.problems) == 1


async def test_a_refused_problem_is_named_by_its_place() -> None:
    refusal = client.InvalidRequest("batch.problem.tests[0].asserts.source: no", "f", "no")
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(samples(("T/0", 0, "ACCEPTED")))
        with pytest.raises(client.InvalidRequest, match=r"p:1: task T/0: batch\.problem"):
            await evaluation.run(FakeVerifier(error=refusal), lambda: None)


async def test_a_problem_that_cannot_be_sent_is_named_by_its_place() -> None:
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(samples(("T/0", 0, "ACCEPTED")))
        with pytest.raises(InputError, match=r"^p:1: task T/0: tests\[0\]\.args: too deep"):
            await evaluation.run(FakeVerifier(error=client.NotAValue("tests[0].args: too deep")))


async def test_a_sample_of_a_task_that_cannot_be_judged_is_skipped_and_not_counted() -> None:
    verifier = FakeVerifier()
    tasks = {"T/0": replace(TASKS["T/0"], unjudgeable="there are no tests"), "T/1": TASKS["T/1"]}
    with Evaluation(tasks, PLAN) as evaluation:
        evaluation.take(samples(("T/0", 0, "ACCEPTED"), ("T/1", 0, "ACCEPTED")))
        lines = await lines_of(evaluation, verifier)
    assert [(line["verdict"], line["detail"]) for line in lines] == [
        ("SKIPPED", "there are no tests"),
        ("ACCEPTED", ""),
    ]
    assert len(verifier.problems) == 1
    assert passed_at(evaluation, 1) == pytest.approx(1.0)


async def test_no_more_batches_are_in_flight_than_planned() -> None:
    tasks = {f"T/{n}": task_named(f"T/{n}") for n in range(20)}
    verifier = FakeVerifier()
    with Evaluation(tasks, PLAN) as evaluation:
        evaluation.take(Sample(name, 0, "ACCEPTED", "python") for name in tasks)
        await evaluation.run(verifier, lambda: None)
    assert verifier.most_at_once == 2
    assert len(verifier.problems) == 20


async def test_each_result_is_announced_once() -> None:
    announced = []
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(
            Sample(name, index, f"ACCEPTED {index}", "python") for name in TASKS for index in range(7)
        )
        await evaluation.run(FakeVerifier(), lambda: announced.append(1))
    assert len(announced) == len(evaluation.samples) == 21


async def test_pass_at_k_is_told_for_those_k_that_every_task_has_samples_for() -> None:
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(
            Sample("T/0", index, f"{'ACCEPTED' if index < 5 else 'WRONG_ANSWER'} {index}", "python")
            for index in range(10)
        )
        evaluation.take(Sample("T/1", index, f"WRONG_ANSWER {index}", "python") for index in range(12))
        await evaluation.run(FakeVerifier(), lambda: None)
    assert [passed_at(evaluation, k) for k in (1, 10)] == pytest.approx([0.25, 0.5])
    assert evaluation.tally.pass_at_k()[100] is None
    report = evaluation.tally.as_json()
    (low, high), value = report["pass_at_k_interval"]["1"], report["pass_at_k"]["1"]
    assert 0 <= low < value < high <= 1
    assert report["pass_at_k_interval"]["100"] is None
    assert evaluation.tasks_without_samples == 1


async def test_a_sample_that_the_service_could_not_judge_is_not_taken_for_a_wrong_one() -> None:
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(samples(("T/0", 0, "ACCEPTED"), ("T/0", 1, "INFRASTRUCTURE_ERROR")))
        lines = await lines_of(evaluation, FakeVerifier())
    assert passed_at(evaluation, 1) == pytest.approx(1.0)
    assert evaluation.tally.infrastructure_errors == 1
    assert [line["verdict"] for line in lines] == ["ACCEPTED", "INFRASTRUCTURE_ERROR"]


async def test_the_bills_of_all_batches_are_added_up() -> None:
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(Sample(name, 0, "ACCEPTED", "python") for name in TASKS)
        await evaluation.run(FakeVerifier(), lambda: None)
    tally = evaluation.tally
    assert (tally.executions, tally.executions_saved, tally.cpu_time_s) == (9, 3, 1.5)
    assert tally.cost_usd == pytest.approx(0.006)


async def test_what_the_client_raises_comes_out_as_itself() -> None:
    refusal = client.ServerFault("inside")
    with Evaluation(TASKS, PLAN) as evaluation:
        evaluation.take(Sample(name, 0, "ACCEPTED", "python") for name in TASKS)
        with pytest.raises(client.ServerFault) as raised:
            await evaluation.run(FakeVerifier(error=refusal), lambda: None)
    assert raised.value is refusal
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling(), "no timeout of this task would be told from a cancellation any more"
