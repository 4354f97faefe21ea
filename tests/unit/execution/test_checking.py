"""Answers reach the judge in order, each with its checker's word, which is asked once for equal ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from sandboxes.model import BrokenTestProgram, Outcome, Program, Run, StdioRun
from tests.unit.execution.fakes import FakeExecutor, answers_of, broken, printed, request
from verifierd.execution import checking
from verifierd.execution.checking import Checking
from verifierd.execution.executor import ExecutionRequest
from verifierd.execution.retrying import Retrying
from verifierd.judging.answers import Answer, Executed, ExecutionFailed
from verifierd.judging.programs import ProgramChecker

pytestmark = pytest.mark.anyio

CHECKER = Program("cpp17", "checks")


def act(asked: ExecutionRequest, run: Run) -> Outcome | Exception:
    """Candidates print their input, or what their source says; the checker says back what it was given."""
    assert isinstance(run, StdioRun)
    if asked.program is CHECKER:
        output = next(file.content for file in run.files if file.path == "output.txt")
        return broken() if output == b"breaks the checker" else printed(b"checked " + output)
    source = asked.program.source
    return printed(run.stdin if source == "pass" else source.encode())


def check_of(run: Run, answer: Answer) -> StdioRun | None:
    if not isinstance(answer, Executed) or answer.outcome.stdout == b"fails":
        return None
    return ProgramChecker().run(b"", answer.outcome.stdout, b"")


def checked(inner: FakeExecutor, stops: bool = False) -> Checking:
    return Checking(
        Retrying(inner), CHECKER, check_of, lambda run, answer: stops and check_of(run, answer) is None
    )


def words(answers: list[Answer]) -> list[tuple[int, bytes, bool]]:
    said = []
    for answer in answers:
        assert isinstance(answer, Executed)
        assert isinstance(answer.check, Executed)
        said.append((answer.run_index, answer.check.outcome.stdout, answer.check_was_known))
    return said


async def test_each_answer_has_its_own_word_in_order_and_the_checker_is_compiled_once() -> None:
    inner = FakeExecutor(act)
    answers = await answers_of(checked(inner).execute(request(4)))
    assert words(answers) == [(index, b"checked %d" % index, False) for index in range(4)]
    assert [each.program.source for each in inner.requests] == ["pass", "checks"]


async def test_the_checker_runs_when_the_candidate_has_given_its_sandbox_back() -> None:
    inner = FakeExecutor(act, capacity=1)
    await answers_of(checked(inner).execute(request(3)))
    assert inner.most_running == 1


async def test_an_equal_output_is_checked_once_a_batch() -> None:
    inner = FakeExecutor(act)
    executor = checked(inner)
    first = await answers_of(executor.execute(request(3, "same")))
    second = await answers_of(executor.execute(request(3, "same")))
    assert [known for _, _, known in words(first)] == [False, True, True]
    assert [known for _, _, known in words(second)] == [True] * 3
    assert sum(each.program is CHECKER for each in inner.requests) == 1


async def test_a_thousand_candidates_with_equal_outputs_cost_one_run_of_the_checker() -> None:
    inner = FakeExecutor(act)
    executor = checked(inner)
    for _ in range(1000):
        (answer,) = await answers_of(executor.execute(request(1, "same")))
        assert words([answer])[0][1] == b"checked same"
    assert sum(each.program is CHECKER for each in inner.requests) == 1


async def test_candidates_of_one_moment_ask_once_for_equal_outputs_and_once_for_each_other_one() -> None:
    inner = FakeExecutor(act, capacity=8)
    executor = checked(inner)
    wanted = [request(4), request(3), replace(request(4), runs=request(4).runs[::-1]), request(6)]
    answered = await asyncio.gather(*(answers_of(executor.execute(each)) for each in wanted))
    said = [word for answers in answered for _, word, known in words(answers) if not known]
    assert sorted(said) == [b"checked %d" % index for index in range(6)]
    assert sum(len(each.runs) for each in inner.requests if each.program is CHECKER) == 6


class HeldChecker(FakeExecutor):
    """Lets the checker say nothing before it is free; tells when it was first asked."""

    def __init__(self) -> None:
        super().__init__(act)
        self.met, self.free = asyncio.Event(), asyncio.Event()

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        if request.program is CHECKER:
            self.met.set()
            await self.free.wait()
        async with aclosing(super().execute(request)) as answers:
            async for answer in answers:
                yield answer


async def test_who_waits_for_anothers_check_asks_itself_when_that_one_is_cut_off() -> None:
    inner = HeldChecker()
    executor = checked(inner)
    first, second = (asyncio.create_task(answers_of(executor.execute(request(1, "same")))) for _ in range(2))
    await inner.met.wait()
    await asyncio.wait({first, second}, timeout=0.05)  # the other one is as far, and waits
    first.cancel()
    inner.free.set()
    assert words(await second) == [(0, b"checked same", False)]


async def test_what_needs_no_word_passes_as_it_is() -> None:
    inner = FakeExecutor(act)
    answers = await answers_of(checked(inner).execute(request(2, "fails")))
    assert [isinstance(each, Executed) and each.check for each in answers] == [None, None]
    assert not any(each.program is CHECKER for each in inner.requests)


async def test_nothing_runs_after_an_answer_at_which_a_candidate_stops() -> None:
    def fails_the_second(asked: ExecutionRequest, run: Run) -> Outcome | Exception:
        is_second = isinstance(run, StdioRun) and run.stdin == b"1"
        return printed(b"fails") if is_second else act(asked, run)

    inner = FakeExecutor(fails_the_second)
    answers = checked(inner, stops=True).execute(request(4))
    assert [(await anext(answers)).run_index for _ in range(2)] == [0, 1]
    await answers.aclose()
    assert [run.stdin for _, run in inner.asked if isinstance(run, StdioRun) and not run.files] == [
        b"0",
        b"1",
    ]


async def test_outputs_do_not_wait_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "WAITING_BYTES", 1)
    inner = FakeExecutor(act)
    answers = await answers_of(checked(inner).execute(request(6)))
    assert words(answers) == [(index, b"checked %d" % index, False) for index in range(6)]
    assert sum(each.program is CHECKER for each in inner.requests) == 3


async def test_files_for_the_checker_go_in_portions_that_a_frame_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checking, "FILES_AT_ONCE_BYTES", 2)
    inner = FakeExecutor(act)
    answers = await answers_of(checked(inner).execute(request(5)))
    assert words(answers) == [(index, b"checked %d" % index, False) for index in range(5)]
    assert [len(each.runs) for each in inner.requests if each.program is CHECKER] == [2, 2, 1]


async def test_a_checker_that_loses_its_sandboxes_is_told_and_asked_again_next_time() -> None:
    inner = FakeExecutor(act)
    executor = Checking(
        Retrying(inner, sleep=_no_sleep), CHECKER, check_of, stops_at=lambda run, answer: False
    )
    for _ in range(2):
        answers = await answers_of(executor.execute(request(2, "breaks the checker")))
        for answer in answers:
            assert isinstance(answer, Executed)
            assert isinstance(answer.check, ExecutionFailed)


async def test_a_broken_test_program_is_told_when_all_before_it_are_answered() -> None:
    def breaks_at_2(asked: ExecutionRequest, run: Run) -> Outcome | Exception:
        is_broken = isinstance(run, StdioRun) and run.stdin == b"2"
        return BrokenTestProgram("asks nothing") if is_broken else act(asked, run)

    answers = checked(FakeExecutor(breaks_at_2)).execute(request(4))
    assert words([await anext(answers), await anext(answers)]) == [
        (0, b"checked 0", False),
        (1, b"checked 1", False),
    ]
    with pytest.raises(BrokenTestProgram, match="asks nothing"):
        await anext(answers)


async def test_a_checkers_limits_have_room_for_its_files() -> None:
    inner = FakeExecutor(act)
    await answers_of(checked(inner).execute(request(1, "x" * 1000)))
    (asked,) = (each for each in inner.requests if each.program is CHECKER)
    assert asked.limits.disk_bytes == checking.CHECKER_LIMITS.disk_bytes + 1000


async def _no_sleep(seconds: float) -> None:
    return
