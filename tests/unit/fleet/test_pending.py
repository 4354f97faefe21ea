"""Answers of a candidate: the first to each run counts, in whatever order and however often they come."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.execution.fakes import printed, request
from verifierd.fleet.pending import Pending
from verifierd.judging.answers import Executed, ExecutionFailed

RUNS = 5


def answer(place: int, by: str) -> Executed:
    return Executed(replace(printed(by.encode()), run_index=place), by, "fake")


@given(
    st.lists(st.tuples(st.integers(0, RUNS - 1), st.integers(1, RUNS), st.sampled_from("xyz")), max_size=12)
)
def test_the_first_answer_to_each_run_counts(messages: list[tuple[int, int, str]]) -> None:
    async def landed() -> None:
        task, first, known = Pending("t", request(RUNS)), dict[int, str](), 0
        for begins, length, by in messages:
            places = range(begins, min(RUNS, begins + length))
            known += task.land(begins, [answer(place, by) for place in places])
            for place in places:
                first.setdefault(place, by)
        assert task.is_complete == (len(first) == RUNS)
        assert known == sum(len(range(b, min(RUNS, b + n))) for b, n, _ in messages) - len(first)
        task.fail("nobody has it any more", 4)
        for place in range(RUNS):
            given = await task.next()
            if place in first:
                assert isinstance(given, Executed)
                assert (given.run_index, given.sandbox_id) == (place, first[place])
            else:
                assert given == ExecutionFailed(place, "nobody has it any more", 4)

    asyncio.run(landed())


@pytest.mark.anyio
async def test_who_waits_for_an_answer_is_given_it_as_it_lands() -> None:
    task = Pending("t", request(2))
    waiting = asyncio.create_task(task.next())
    task.land(1, [answer(1, "x")])
    await asyncio.sleep(0)
    assert not waiting.done()
    task.land(0, [answer(0, "x")])
    assert await waiting == answer(0, "x")
    assert await task.next() == answer(1, "x")
