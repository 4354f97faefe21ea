"""Whatever a worker's work ends at, its observer is told of it once, with how much was answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandboxes.model import Outcome, Run
from tests.unit.execution.fakes import FINISHED, FakeExecutor, answers_of, broken, request
from verifierd.execution.executor import ExecutionRequest
from verifierd.execution.retrying import Retrying, RetryPolicy
from verifierd.execution.watched import Watched
from verifierd.observing import Observer, Work

pytestmark = pytest.mark.anyio


class Noting(Observer):
    def __init__(self) -> None:
        self.done: list[Work] = []

    def work_done(self, work: Work) -> None:
        self.done.append(work)


def _act(request: ExecutionRequest, run: Run) -> Outcome | Exception:
    return broken() if request.program.source == "breaks" else FINISHED


def _watched(observer: Observer) -> Watched:
    times = iter((1_000, 5_000))
    inner = Retrying(FakeExecutor(_act, capacity=3), RetryPolicy(max_losses=1))
    return Watched(inner, observer, lambda: next(times))


async def test_work_is_told_with_its_times_and_its_trace() -> None:
    observer = Noting()
    asked = replace(request(4), traceparent="00-a-b-01")
    assert _watched(observer).capacity == 3
    assert len(await answers_of(_watched(observer).execute(asked))) == 4
    assert observer.done == [Work("b", "c", "python", "00-a-b-01", 4, 0, 1_000, 5_000)]


async def test_runs_that_could_not_be_carried_out_are_counted() -> None:
    observer = Noting()
    await answers_of(_watched(observer).execute(request(3, "breaks")))
    assert [(each.runs_answered, each.runs_failed) for each in observer.done] == [(3, 3)]


async def test_work_that_is_cut_off_is_told_as_far_as_it_came() -> None:
    observer = Noting()
    answers = _watched(observer).execute(request(4))
    await anext(answers)
    await answers.aclose()
    assert [each.runs_answered for each in observer.done] == [1]
