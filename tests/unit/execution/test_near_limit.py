from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest

from sandboxes.languages import LANGUAGES
from sandboxes.model import Ending, Outcome, Program, Run
from tests.unit.execution.fakes import LIMITS, FakeExecutor, answers_of, request, took
from verifierd.execution.executor import ExecutionRequest
from verifierd.execution.near_limit import NearLimit, NearLimitPolicy
from verifierd.judging.answers import Answer, Executed, ExecutionFailed

pytestmark = pytest.mark.anyio

POLICY = NearLimitPolicy(margin=0.25, busy_share=0.1)  # the limits are 2 s of CPU time, 8 s of wall time


def in_turn(*outcomes: Outcome) -> FakeExecutor:
    """Runs end so, one after another, whatever they are."""
    left = list(outcomes)
    return FakeExecutor(lambda request, run: left.pop(0))


def endings(answers: Sequence[Answer]) -> list[Ending]:
    return [answer.outcome.ending for answer in answers if isinstance(answer, Executed)]


async def test_sandboxes_are_given_the_wider_cpu_limit_and_the_other_limits_as_they_are() -> None:
    inner = in_turn(took(1, 1))
    await answers_of(NearLimit(inner, POLICY).execute(request(1)))
    given = inner.requests[0].limits
    assert given.cpu_time_ns == 1.25 * LIMITS.cpu_time_ns
    assert (given.wall_time_ns, given.memory_bytes) == (LIMITS.wall_time_ns, LIMITS.memory_bytes)


async def test_what_a_runtime_needs_on_top_brings_no_run_near_its_limit() -> None:
    extra_s = LANGUAGES["java"].limits.cpu_extra_s
    inner = in_turn(took(2 + extra_s / 2, 3))
    asked = replace(request(1), program=Program("java", "class Main {}"))
    (answer,) = await answers_of(NearLimit(inner, POLICY).execute(asked))
    assert endings([answer]) == [Ending.FINISHED]
    assert len(inner.requests) == 1


@pytest.mark.parametrize(
    ("first", "alone", "verdict"),
    [
        pytest.param(took(2.2, 3), took(1.8, 2), Ending.FINISHED, id="slow under load, in time alone"),
        pytest.param(took(2.2, 3), took(2.1, 2), Ending.CPU_LIMIT, id="near but too slow alone as well"),
        pytest.param(took(2.2, 3), took(2.5, 3, Ending.CPU_LIMIT), Ending.CPU_LIMIT, id="even slower alone"),
        pytest.param(
            took(2.2, 3, Ending.RAISED), took(1.9, 2, Ending.RAISED), Ending.RAISED, id="raised late"
        ),
        pytest.param(
            took(1.0, 8, Ending.WALL_LIMIT), took(1.5, 2), Ending.FINISHED, id="computed too slowly"
        ),
        pytest.param(
            took(0.1, 30, Ending.WALL_LIMIT), took(0.1, 2), Ending.FINISHED, id="starved by the host"
        ),
    ],
)
async def test_a_run_that_load_may_have_slowed_is_decided_by_one_run_alone(
    first: Outcome, alone: Outcome, verdict: Ending
) -> None:
    inner = in_turn(first, alone)
    answers = await answers_of(NearLimit(inner, POLICY).execute(request(1)))
    assert endings(answers) == [verdict]
    assert answers[0].attempts == 2
    assert len(inner.requests) == 2


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(took(2.5, 3, Ending.CPU_LIMIT), id="reached even the wider limit"),
        pytest.param(took(0.01, 8, Ending.WALL_LIMIT), id="waits"),
        pytest.param(took(2.0, 3), id="exactly at the limit"),
        pytest.param(took(3.0, 3, Ending.COMPILE_FAILED), id="did not compile"),
        pytest.param(took(0.1, 1, Ending.MEMORY_LIMIT), id="another limit"),
        pytest.param(took(2.4, 3, Ending.MEMORY_LIMIT), id="another limit, met past the CPU limit"),
        pytest.param(took(2.2, 3, Ending.OUTPUT_LIMIT), id="too much output, past the CPU limit"),
    ],
)
async def test_a_run_that_load_did_not_decide_is_not_repeated(outcome: Outcome) -> None:
    inner = in_turn(outcome)
    answers = await answers_of(NearLimit(inner, POLICY).execute(request(1)))
    assert endings(answers) == [outcome.ending]
    assert answers[0].attempts == 1
    assert len(inner.requests) == 1


GROWN = LIMITS.memory_bytes * 5 // 8


@pytest.mark.parametrize(
    ("patient", "verdict"),
    [
        pytest.param(took(3.9, 4, Ending.MEMORY_LIMIT), Ending.MEMORY_LIMIT, id="met within its patience"),
        pytest.param(took(3.0, 4, Ending.OUTPUT_LIMIT), Ending.OUTPUT_LIMIT, id="or the other one"),
        pytest.param(took(4.0, 4, Ending.CPU_LIMIT), Ending.CPU_LIMIT, id="not met"),
        pytest.param(took(3.0, 4), Ending.CPU_LIMIT, id="ended, but too slow"),
        pytest.param(took(1.5, 4), Ending.FINISHED, id="in time alone"),
    ],
)
async def test_a_killed_run_that_grew_towards_another_limit_is_named_by_a_patient_run_alone(
    patient: Outcome, verdict: Ending
) -> None:
    inner = in_turn(took(2.5, 3, Ending.CPU_LIMIT, peak_memory_bytes=GROWN), patient)
    answers = await answers_of(NearLimit(inner, POLICY).execute(request(1)))
    assert endings(answers) == [verdict]
    assert answers[0].attempts == 2
    assert inner.requests[1].limits.cpu_time_ns == 2 * LIMITS.cpu_time_ns


async def test_a_killed_run_that_wrote_half_of_what_it_may_is_run_again_with_patience() -> None:
    killed = replace(took(2.5, 3, Ending.CPU_LIMIT), stderr_total_bytes=LIMITS.output_bytes * 5 // 8)
    inner = in_turn(killed, took(3.9, 4, Ending.OUTPUT_LIMIT))
    answers = await answers_of(NearLimit(inner, POLICY).execute(request(1)))
    assert endings(answers) == [Ending.OUTPUT_LIMIT]


async def test_a_program_that_was_run_once_with_patience_is_believed_from_then_on() -> None:
    grown = took(2.5, 3, Ending.CPU_LIMIT, peak_memory_bytes=GROWN)
    inner = in_turn(grown, took(3.0, 4, Ending.MEMORY_LIMIT), grown)
    answers = await answers_of(NearLimit(inner, POLICY).execute(request(2)))
    assert endings(answers) == [Ending.MEMORY_LIMIT, Ending.CPU_LIMIT]
    assert [answer.attempts for answer in answers] == [2, 1]


async def test_the_runs_after_a_repeated_one_follow_in_order() -> None:
    inner = in_turn(took(1, 1), took(2.2, 3), took(1.9, 2), took(0.5, 1), took(2.4, 3), took(1, 1))
    answers = await answers_of(NearLimit(inner, POLICY).execute(request(4)))
    assert [answer.run_index for answer in answers] == [0, 1, 2, 3]
    assert [answer.attempts for answer in answers] == [1, 2, 1, 2]
    assert endings(answers) == [Ending.FINISHED] * 4


async def test_a_program_that_was_too_slow_alone_is_believed_from_then_on() -> None:
    inner = in_turn(took(2.2, 3), took(2.2, 3), took(2.2, 3), took(2.2, 3))
    answers = await answers_of(NearLimit(inner, POLICY).execute(request(3)))
    assert endings(answers) == [Ending.CPU_LIMIT] * 3
    assert [answer.attempts for answer in answers] == [2, 1, 1]


async def test_alone_means_that_no_other_run_of_the_worker_goes_on() -> None:
    beside: list[int] = []
    calls: dict[str, int] = {}

    def act(request: ExecutionRequest, run: Run) -> Outcome:
        calls[request.candidate_id] = calls.get(request.candidate_id, 0) + 1
        if request.candidate_id == "near":
            if calls["near"] == 1:
                return took(2.2, 3)
            beside.append(inner.running)
            return took(1.9, 3)
        return took(0.1, 1)

    inner = FakeExecutor(act, capacity=4)
    near_limit = NearLimit(inner, POLICY)

    def ask(name: str, runs: int) -> asyncio.Task[list[Answer]]:
        order = request(runs)
        named = ExecutionRequest("b", name, order.program, order.runs, order.limits)
        return asyncio.create_task(answers_of(near_limit.execute(named)))

    others = [ask("before", 5), ask("near", 1), ask("after", 5)]
    answers = await asyncio.gather(*others)
    assert beside == [1], "the repeated run was not the only one"
    assert inner.most_running > 1, "the others were to run together"
    assert [len(each) for each in answers] == [5, 1, 5]


async def test_our_own_failure_passes_as_it_is() -> None:
    class Failing:
        capacity = 1

        async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
            yield ExecutionFailed(0, "no sandbox", attempts=3)

    answers = await answers_of(NearLimit(Failing(), POLICY).execute(request(1)))
    assert answers == [ExecutionFailed(0, "no sandbox", attempts=3)]
