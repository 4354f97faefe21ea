"""Calls to another machine's file system go beside each other, and each ends within its time."""

from __future__ import annotations

import asyncio

import pytest
from fsspec.asyn import AsyncFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from verifierd.audit import bounded_calls
from verifierd.audit.bounded_calls import Call, NoAnswer, limit_s, run


class Elsewhere(AsyncFileSystem):  # type: ignore[misc]
    """A file system whose files are told when several are asked for at once."""

    cachable = False

    def __init__(self, at_once: int = 1) -> None:
        super().__init__()
        self.together = asyncio.Barrier(at_once)
        self.given_up = 0

    async def _meet(self, number: int) -> int:
        await self.together.wait()
        return number

    async def _never(self) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.given_up += 1
            raise

    async def _fail(self) -> None:
        raise PermissionError("not you") from ValueError("the cause")


def test_calls_go_beside_each_other_and_answers_keep_their_order() -> None:
    numbers = range(bounded_calls.AT_ONCE)
    calls = [Call("meet", (number,), limit_s=30) for number in numbers]
    assert run(Elsewhere(bounded_calls.AT_ONCE), *calls) == [*numbers]


def test_no_more_than_so_many_are_made_at_once() -> None:
    calls = [Call("meet", (number,), limit_s=0.3) for number in range(bounded_calls.AT_ONCE + 1)]
    with pytest.raises(NoAnswer):
        run(Elsewhere(bounded_calls.AT_ONCE + 1), *calls)


def test_a_call_without_an_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_calls, "ANSWER_S", 0.05)
    fs = Elsewhere()
    with pytest.raises(NoAnswer, match="no answer within 0 seconds"):
        run(fs, Call("never", ()))
    assert fs.given_up == 1


def test_the_first_error_ends_the_others_and_keeps_its_cause() -> None:
    fs = Elsewhere()
    with pytest.raises(PermissionError, match="not you") as caught:
        run(fs, Call("never", ()), Call("fail", ()))
    assert str(caught.value.__cause__) == "the cause"
    assert fs.given_up == 1


def test_an_error_that_is_passed_over_ends_no_other() -> None:
    calls = [Call("fail", ()), Call("meet", (7,))]
    assert run(Elsewhere(), *calls, passing=(PermissionError,)) == [None, 7]


def test_a_file_system_of_this_machine_is_called_in_turn() -> None:
    calls = [Call("cat_file", ("/none/at/all",)), Call("pipe_file", ("/bounded/calls", b"content"))]
    assert run(MemoryFileSystem(), *calls, passing=(FileNotFoundError,)) == [None, None]
    assert run(MemoryFileSystem(), Call("cat_file", ("/bounded/calls",))) == [b"content"]


def test_what_moves_much_may_take_longer() -> None:
    assert limit_s(0) == bounded_calls.ANSWER_S
    assert limit_s(60 << 20) == bounded_calls.ANSWER_S + 60
