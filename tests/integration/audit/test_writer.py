"""The writer keeps order, shares commits, holds to its bounds, and lets no entry harm another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.entries import begun, ended, judged
from tests.support.stores import sequences_of_whole_chain
from verifierd.audit import reading
from verifierd.audit.appending import lock_head
from verifierd.audit.entries import CandidateJudged, Committed, Entry
from verifierd.audit.errors import EntryRefused, RequestIdTaken, StoreTrouble, UnknownBatch
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.audit.writer import Writer, WriterSettings
from verifierd.model import Verdict

pytestmark = pytest.mark.anyio
UNWRITABLE = replace(judged(7), occurred_at_ns=1 << 70)  # no column of a record holds the number


@asynccontextmanager
async def writing(store: Store, **changes: Any) -> AsyncIterator[Writer]:
    writer = Writer(store, WriterSettings(**changes))
    writer.start()
    yield writer
    await writer.close()


@pytest.fixture
def other(store: Store, store_settings: StoreSettings) -> Iterator[Store]:
    """The same store, opened once more."""
    opened = open_store(store_settings)
    yield opened
    opened.close()


async def positions(store: Store, batch_id: str = "batch") -> list[int]:
    """Return the places of a batch's candidates in the order of their records."""
    return await asyncio.to_thread(lambda: [each.position for each in reading.candidates_of(store, batch_id)])


async def test_entries_are_written_in_the_order_in_which_they_were_given(store: Store) -> None:
    async with writing(store) as writer:
        await writer.put(begun())
        for position in range(100):
            await writer.put(judged(position, tests=1))
        await writer.flush()
        assert await positions(store) == list(range(100))
    assert writer.counts.committed == 101
    assert len(await asyncio.to_thread(sequences_of_whole_chain, store)) == 101


async def test_who_waits_for_a_commit_can_read_what_was_written(store: Store) -> None:
    async with writing(store) as writer:
        assert await writer.committed(begun(), judged(0)) == (1, 2)
        assert await asyncio.to_thread(reading.candidate_at, store, 2) == judged(0)


async def test_many_entries_share_a_commit(store: Store) -> None:
    commits: list[object] = []
    sa.event.listen(store.engine, "commit", commits.append)
    async with writing(store, linger_s=5.0) as writer:
        await writer.put(begun())
        for position in range(50):
            await writer.put(judged(position, tests=1))
        await writer.flush()
    assert len(commits) < 5


async def test_close_writes_what_waits(store: Store) -> None:
    writer = Writer(store, WriterSettings(linger_s=60.0))
    writer.start()
    await writer.put(begun(), judged(0))
    counts = await writer.close()
    assert (counts.committed, counts.lost) == (2, 0)
    assert len(await asyncio.to_thread(sequences_of_whole_chain, store)) == 2
    with pytest.raises(StoreTrouble, match="closed"):
        await writer.put(judged(1))


async def test_two_writers_keep_one_chain(store: Store, other: Store) -> None:
    async with writing(store, linger_s=0.001) as one, writing(other, linger_s=0.001) as two:
        await one.committed(begun("a"), begun("b"))
        for position in range(40):
            await one.put(judged(position, "a", tests=1))
            await two.put(judged(position, "b", tests=1))
            await asyncio.sleep(0)
        await one.flush()
        await two.flush()
    assert len(await asyncio.to_thread(sequences_of_whole_chain, store)) == 82
    for batch_id in ("a", "b"):
        assert await positions(store, batch_id) == list(range(40))


async def test_an_entry_that_can_never_be_written_takes_no_other_with_it(store: Store) -> None:
    async with writing(store) as writer:
        await writer.put(begun())
        await writer.put(judged(0))
        await writer.put(judged(0, "nobody's"))
        await writer.put(judged(1))
        await writer.put(UNWRITABLE)
        await writer.put(judged(2))
        await writer.flush()
        assert writer.trouble is None
    assert (writer.counts.committed, writer.counts.refused) == (4, 2)
    assert await positions(store) == [0, 1, 2]
    assert len(await asyncio.to_thread(sequences_of_whole_chain, store)) == 4


@pytest.mark.parametrize(
    ("entry", "error"), [(judged(0, "nobody's"), UnknownBatch), (UNWRITABLE, EntryRefused)]
)
async def test_who_waits_for_an_entry_that_is_refused_is_told(
    store: Store, entry: Entry, error: type[EntryRefused]
) -> None:
    async with writing(store) as writer:
        await writer.put(begun())
        with pytest.raises(error):
            await writer.committed(judged(1), entry)
        assert await writer.committed(judged(2)) == (3,)
    assert await positions(store) == [1, 2]


async def test_a_store_that_does_not_answer_is_told_of_until_it_does(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifierd.audit.committing.SILENT_S", 0.05)
    let_go = threading.Event()
    is_held = threading.Event()

    def hold() -> None:
        with other.writing() as connection:
            lock_head(connection)
            is_held.set()
            let_go.wait(20)

    async with asyncio.timeout(30), writing(store, linger_s=0.0) as writer:
        holding = asyncio.create_task(asyncio.to_thread(hold))
        assert await asyncio.to_thread(is_held.wait, 20)
        committing = asyncio.create_task(writer.committed(begun()))
        while writer.trouble is None:  # noqa: ASYNC110 - nobody tells of silence
            await asyncio.sleep(0.01)
        assert "has not answered for 0 s" in writer.trouble
        let_go.set()
        await holding
        assert await committing == (1,)
        assert writer.trouble is None


async def test_of_two_equal_requests_at_once_one_is_taken(store: Store, other: Store) -> None:
    durable = begun(is_durable=True, request=b"r", request_sha256="ab" * 32)
    async with writing(store) as one, writing(other) as two:
        answers = await asyncio.gather(
            one.committed(durable),
            two.committed(replace(durable, batch_id="b")),
            one.committed(replace(durable, batch_id="c")),
            return_exceptions=True,
        )
    assert [type(answer) for answer in answers].count(RequestIdTaken) == 2
    assert (1,) in answers


async def test_what_is_told_twice_is_dropped_and_counted(store: Store) -> None:
    async with writing(store) as writer:
        await writer.put(begun(), judged(0))
        assert await writer.committed(judged(0, verdict=Verdict.WRONG_ANSWER), ended()) == (None, 3)
        assert await writer.committed(ended()) == (None,)
    assert (writer.counts.committed, writer.counts.dropped) == (3, 2)


async def test_listeners_are_told_of_what_was_committed_before_those_who_wait(store: Store) -> None:
    told: list[Committed] = []
    loops: list[asyncio.AbstractEventLoop] = []

    def listen(committed: Sequence[Committed]) -> None:
        told.extend(committed)
        loops.append(asyncio.get_running_loop())

    def fail(committed: Sequence[Committed]) -> None:
        raise RuntimeError("a listener of its own")

    async with writing(store) as writer:
        writer.on_commit(fail)
        writer.on_commit(listen)
        await writer.committed(begun(), judged(0), judged(0))
        assert [(each.sequence, each.entry) for each in told] == [(1, begun()), (2, judged(0))]
    assert set(loops) == {asyncio.get_running_loop()}


async def test_an_entry_is_stored_as_it_was_altered(store: Store) -> None:
    def blacken(entry: Entry) -> Entry:
        return replace(entry, redactions=1) if isinstance(entry, CandidateJudged) else entry

    writer = Writer(store, alter=blacken)
    told: list[Committed] = []
    writer.on_commit(told.extend)
    writer.start()
    await writer.put(begun(), judged(0))
    await writer.close()
    assert (
        await asyncio.to_thread(reading.candidate_at, store, 2)
        == told[1].entry
        == replace(judged(0), redactions=1)
    )


async def test_an_entry_that_cannot_be_altered_is_refused_and_not_stored(store: Store) -> None:
    def fail(entry: Entry) -> Entry:
        if isinstance(entry, CandidateJudged):
            raise ValueError("no such rule")
        return entry

    writer = Writer(store, alter=fail)
    writer.start()
    with pytest.raises(EntryRefused, match="no such rule"):
        await writer.committed(begun(), judged(0))
    await writer.close()
    assert len(await asyncio.to_thread(sequences_of_whole_chain, store)) == 1


@pytest.mark.parametrize("bound", [{"max_entries": 2}, {"max_bytes": 1}])
async def test_put_waits_for_room(store: Store, bound: dict[str, Any]) -> None:
    with store.writing() as connection:  # nothing can be written meanwhile
        connection.execute(sa.text("UPDATE chain_head SET sequence = sequence"))
        async with asyncio.timeout(20):
            writer = Writer(store, WriterSettings(**bound))
            writer.start()
            await writer.put(begun(), judged(0))
            third = asyncio.create_task(writer.put(judged(1)))
            done, _ = await asyncio.wait({third}, timeout=0.2)
            assert not done
            connection.rollback()
            await third
            await writer.flush()
    await writer.close()
    assert len(await asyncio.to_thread(sequences_of_whole_chain, store)) == 3
