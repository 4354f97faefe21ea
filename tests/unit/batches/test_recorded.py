"""Every batch is put on record as it happens, and nobody who verifies waits for the disk."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.unit.batches.scene import batch, candidates, decoded, engine, fake, problem
from verifierd import model
from verifierd.audit.entries import (
    Asker,
    BatchAbandoned,
    BatchBegun,
    BatchEnded,
    CandidateJudged,
    Entry,
)
from verifierd.batches.arrivals import Candidates, program_digest
from verifierd.batches.recorded import Origin, Recorder
from verifierd.errors import InvalidField, RecordsUnavailable
from verifierd.execution.executor import Executor
from verifierd.model import BatchEvent, CandidateFinished, Digest

pytestmark = pytest.mark.anyio

ORIGIN = Origin(Asker("unix: test", "", "ab" * 16), {"run": "7"}, b"message", Digest("cd" * 32, 7))


class Shelf:
    """Keeps what it is told, each call by itself; without `room` it makes callers wait."""

    front_end = "a"

    def __init__(self) -> None:
        self.told: list[tuple[Entry, ...]] = []
        self.trouble: str | None = None
        self.room = asyncio.Event()
        self.room.set()

    async def put(self, *entries: Entry) -> None:
        await self.room.wait()
        self.told.append(entries)

    async def committed(self, *entries: Entry) -> tuple[int | None, ...]:
        raise AssertionError("nobody who verifies waits for a commit")

    async def flush(self) -> None:
        raise AssertionError("nobody who verifies waits for a commit")

    @property
    def entries(self) -> list[Entry]:
        return [entry for entries in self.told for entry in entries]


def recorder(shelf: Shelf, executor: Executor | None = None) -> Recorder:
    return Recorder(engine(executor), shelf, "host:1", clock_ns=lambda: 77)


async def events_of(
    recorder: Recorder, given: Candidates, asked: model.Batch | None = None
) -> list[BatchEvent]:
    run = recorder.on_behalf_of(ORIGIN).run(asked or batch(), given)
    return [event async for event in run]


async def test_a_batch_is_on_record_from_its_beginning_to_its_end() -> None:
    shelf = Shelf()
    given = candidates("right", "wrong", "")
    events = await events_of(recorder(shelf), given)
    first, *judged, last = shelf.entries
    assert isinstance(first, BatchBegun)
    assert (first.batch_id, first.candidates_total, first.is_durable) == ("b", 3, False)
    assert (first.asker, first.labels, first.problem) == (ORIGIN.asker, {"run": "7"}, b"message")
    assert (first.problem_id, first.problem_sha256, first.problem_size_bytes) == ("p", "cd" * 32, 7)
    assert (first.limits, first.submitted_at_ns) == (problem().limits, 77)
    by_place = {}
    for entry in judged:
        assert isinstance(entry, CandidateJudged)
        by_place[entry.position] = entry
    results = {event.result.candidate_id: event for event in events if isinstance(event, CandidateFinished)}
    for place, candidate in enumerate(given):
        entry, told = by_place[place], results[candidate.id]
        assert (entry.candidate, entry.result, entry.cost) == (candidate, told.result, told.cost)
        assert entry.program_sha256 == program_digest(candidate).hex()
        assert (entry.worker_id, events[entry.event_sequence - 1]) == ("host:1", told)
    assert last == BatchEnded(len(events), 77, events[-1])  # type: ignore[arg-type]


async def test_what_lands_together_is_told_together() -> None:
    shelf = Shelf()
    await events_of(recorder(shelf, fake(capacity=1)), candidates("right", "right", "right", "wrong"))
    assert [len(entries) for entries in shelf.told] == [1, 3, 1, 1]


async def test_an_open_batch_is_numbered_as_its_events_are_and_its_candidates_as_they_come() -> None:
    shelf = Shelf()
    events = await events_of(recorder(shelf), decoded(["right", "wrong", "right", "slow"]))
    judged = [entry for entry in shelf.entries if isinstance(entry, CandidateJudged)]
    assert {entry.candidate.id: entry.position for entry in judged} == {f"c{at}": at for at in range(4)}
    for entry in judged:
        event = events[entry.event_sequence - 1]
        assert isinstance(event, CandidateFinished)
        assert event.result == entry.result


async def test_a_caller_who_goes_leaves_a_batch_that_is_abandoned() -> None:
    shelf = Shelf()
    served = recorder(shelf)
    run = served.on_behalf_of(ORIGIN).run(batch(), candidates("right", "wrong"))
    await anext(run)
    await run.aclose()
    await served.close(1.0)
    assert shelf.entries[-1] == BatchAbandoned("b", 77, "its caller went away")


async def test_a_caller_who_goes_while_the_store_has_no_room_is_not_held_up() -> None:
    shelf = Shelf()
    served = recorder(shelf)
    run = served.on_behalf_of(ORIGIN).run(batch(), candidates("right", "wrong"))
    await anext(run)
    shelf.room.clear()
    next_one = asyncio.ensure_future(anext(run))
    await asyncio.sleep(0.01)
    assert not next_one.done()
    next_one.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(next_one, return_exceptions=True)
        await run.aclose()
        shelf.room.set()
        await served.close(1.0)
    assert [type(entry) for entry in shelf.entries] == [BatchBegun, BatchAbandoned]


async def test_what_is_refused_before_it_begins_leaves_no_record() -> None:
    shelf = Shelf()
    asked = batch()
    checker = model.CheckerSpec("no such checker")
    asked = replace(asked, problem=replace(asked.problem, checker=checker))
    with pytest.raises(InvalidField):
        await events_of(recorder(shelf), candidates("right"), asked)
    assert shelf.told == []


async def test_a_source_that_fails_is_why_its_batch_was_abandoned() -> None:
    class Failing:
        def __aiter__(self) -> Failing:
            return self

        async def __anext__(self) -> model.Candidate:
            raise InvalidField("message[1].candidate.id", "it is empty", "others")

    shelf = Shelf()
    served = recorder(shelf)
    with pytest.raises(InvalidField):
        await events_of(served, Failing())
    await served.close(1.0)
    last = shelf.entries[-1]
    assert isinstance(last, BatchAbandoned)
    assert last.why.startswith("it was refused: message[1].candidate.id: it is empty")


async def test_no_batch_is_begun_that_could_not_be_kept() -> None:
    shelf, executor = Shelf(), fake()
    shelf.trouble = "the audit store x cannot be written: the disk is full"
    with pytest.raises(RecordsUnavailable, match="the disk is full; try again in 5 s"):
        await events_of(recorder(shelf, executor), candidates("right"))
    assert (shelf.told, executor.requests) == ([], [])
