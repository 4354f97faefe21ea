"""Chunks close when they have enough work, when a sandbox may be idle, and never without a candidate."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.unit.execution.fakes import request
from verifierd.fleet.chunking import MOST_TASKS, TARGET_S, Chunker, Pace
from verifierd.fleet.pending import Pending
from verifierd.fleet.subjects import Queue

pytestmark = pytest.mark.anyio

HERE, THERE = (Queue("bulk", "any", language, "-") for language in ("python", "rust"))
RUN_S = 0.005


class Sent:
    """What left, in order."""

    def __init__(self, *, is_busy: bool = True) -> None:
        self.is_busy = is_busy
        self.chunks: asyncio.Queue[tuple[Queue, list[str]]] = asyncio.Queue()
        pace = Pace()
        pace.took("python", RUN_S)
        self.chunker = Chunker(self._send, pace, lambda: self.is_busy)

    def _send(self, queue: Queue, tasks: tuple[Pending, ...]) -> None:
        self.chunks.put_nowait((queue, [task.id for task in tasks]))


def candidate(name: str, runs: int = 1, source: str = "pass") -> Pending:
    return Pending(name, replace(request(runs, source), candidate_id=name))


async def test_a_chunk_closes_when_it_has_enough_work() -> None:
    sent = Sent()
    enough = round(TARGET_S / RUN_S)
    sent.chunker.add(HERE, candidate("long", runs=enough))
    assert sent.chunks.get_nowait() == (HERE, ["long"])


async def test_short_candidates_go_together_and_each_queue_by_itself() -> None:
    sent = Sent()
    for name in "abc":
        sent.chunker.add(HERE, candidate(name))
        sent.chunker.add(THERE, candidate(name.upper()))
    left = [await sent.chunks.get(), await sent.chunks.get()]
    assert left == [(HERE, ["a", "b", "c"]), (THERE, ["A", "B", "C"])]


async def test_while_a_sandbox_may_be_idle_each_candidate_goes_by_itself() -> None:
    sent = Sent(is_busy=False)
    for name in "ab":
        sent.chunker.add(HERE, candidate(name))
    assert [sent.chunks.get_nowait()[1] for _ in range(2)] == [["a"], ["b"]]


async def test_what_is_open_leaves_at_once_when_a_sandbox_becomes_idle() -> None:
    sent = Sent()
    sent.chunker.add(HERE, candidate("a"))
    assert sent.chunks.empty()
    sent.chunker.hurry()
    assert sent.chunks.get_nowait() == (HERE, ["a"])


async def test_a_chunk_has_a_bound_of_candidates_and_one_of_bytes() -> None:
    sent = Sent()
    for number in range(MOST_TASKS + 1):
        sent.chunker.add(HERE, Pending(str(number), replace(request(0), candidate_id=str(number))))
    assert len(sent.chunks.get_nowait()[1]) <= MOST_TASKS
    sent.chunker.hurry()
    while not sent.chunks.empty():
        sent.chunks.get_nowait()
    sent.chunker.add(HERE, candidate("large", source="#" * (1 << 20)))
    assert sent.chunks.get_nowait() == (HERE, ["large"])


async def test_what_is_dropped_before_it_left_never_leaves() -> None:
    sent = Sent()
    task = candidate("a")
    sent.chunker.add(HERE, task)
    sent.chunker.drop(HERE, task)
    sent.chunker.hurry()
    assert sent.chunks.empty()


async def test_what_is_sent_again_waits_for_nobody() -> None:
    sent = Sent()
    task = candidate("a")
    task.tries = 1
    sent.chunker.add(HERE, task)
    assert sent.chunks.get_nowait() == (HERE, ["a"])
