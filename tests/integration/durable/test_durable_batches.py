"""What was accepted comes to its end, once, whoever waits and however often the daemon is started."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.integration.durable.scene import (
    ASKER,
    REFUSED,
    Held,
    HeldBatches,
    Life,
    end_in,
    life,
    submission,
    until_asked,
    until_running,
    verdicts_in,
)
from tests.unit.batches.scene import fake
from verifierd.audit.entries import BatchEnded, CancelAsked, Entry
from verifierd.audit.filters import BatchFilter
from verifierd.audit.pages import Asked
from verifierd.audit.schema import BLOBS, CANDIDATES, RECORDS
from verifierd.audit.store import Store
from verifierd.durable import watching
from verifierd.durable.watching import Told
from verifierd.errors import BatchFailed, Draining, QueueFull, RecordUnreadable, RequestIdTaken, UnknownBatch
from verifierd.logs import bound_ids
from verifierd.model import BatchAccepted, BatchOptions, Priority, Verdict

pytestmark = pytest.mark.anyio

SOURCES = ("right", "wrong", "right", "", "slow", "wrong_at 1")
VERDICTS = {
    "c0": Verdict.ACCEPTED,
    "c1": Verdict.WRONG_ANSWER,
    "c2": Verdict.ACCEPTED,
    "c3": Verdict.NO_CODE,
    "c4": Verdict.TIME_LIMIT_EXCEEDED,
    "c5": Verdict.WRONG_ANSWER,
}
EVERYTHING = BatchFilter(durable_only=True)


async def test_a_batch_is_accepted_run_and_told_with_its_end(store: Store) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        accepted = await daemon.durable.submit(submission(*SOURCES))
        assert accepted.row.state in ("queued", "running", "finished")
        events = await daemon.watched("batch-r1")
        standing = await daemon.durable.standing("batch-r1")
    assert [told.sequence for told in events] == list(range(1, len(SOURCES) + 3))
    assert isinstance(events[0].event, BatchAccepted)
    assert verdicts_in(events) == VERDICTS
    assert standing.is_finished
    assert standing.end is not None
    assert standing.end.event == end_in(events)
    assert standing.row.verdict_counts == end_in(events).verdict_counts
    assert standing.begun is not None
    assert standing.begun.asker == ASKER
    assert standing.last_sequence == len(SOURCES) + 2


async def test_events_are_the_same_each_time_and_from_any_place(store: Store) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        await daemon.durable.submit(submission(*SOURCES))
        live = await daemon.watched("batch-r1")
    async with asyncio.timeout(30), life(store) as daemon:
        for after in range(len(live) + 1):
            assert await daemon.watched("batch-r1", after) == live[after:]


async def test_a_daemon_that_stops_amid_a_batch_leaves_it_to_the_next(store: Store) -> None:
    executor = Held("c1")
    async with asyncio.timeout(30), life(store, executor) as daemon:
        await daemon.durable.submit(submission("right", "wrong", "right too", "wrong too"))
        first = await anext(aiter(daemon.durable.events("batch-r1", 1)))
    asked_before = {name for name, _ in executor.asked}
    async with asyncio.timeout(30), life(store) as daemon:
        events = await daemon.watched("batch-r1")
        standing = await daemon.durable.standing("batch-r1")
    assert events[1] == first
    told = verdicts_in(events)
    assert [told[f"c{place}"].name for place in range(4)] == [
        "ACCEPTED",
        "WRONG_ANSWER",
        "ACCEPTED",
        "WRONG_ANSWER",
    ]
    assert asked_before == {"c0"}
    assert "c0" not in {name for name, _ in daemon.executor.asked}
    assert [each.sequence for each in events] == list(range(1, 7))
    assert standing.row.started_at_ns == end_in(events).started_at_ns


async def test_many_stops_change_nothing_of_the_end(store: Store) -> None:
    sources = [f"{'right' if number % 3 else 'wrong'} {number % 17}" for number in range(60)]
    async with asyncio.timeout(60):
        async with life(store) as daemon:
            await daemon.durable.submit(submission(*sources, request_id="whole"))
            whole = await daemon.watched("batch-whole")
        for lives in range(1, 6):
            executor = Held(*(f"c{number}" for number in range(8 * lives, len(sources))))
            async with life(store, executor) as daemon:
                if lives == 1:  # not in a life that holds nothing, which may see it through
                    await daemon.durable.submit(submission(*sources, request_id="cut"))
                await executor.held.wait()
        async with life(store) as daemon:
            cut = await daemon.watched("batch-cut")
    assert verdicts_in(cut) == verdicts_in(whole)
    assert end_in(cut).clusters == end_in(whole).clusters
    assert end_in(cut).picks == end_in(whole).picks
    assert end_in(cut).verdict_counts == end_in(whole).verdict_counts
    assert end_in(cut).cost.executions == end_in(whole).cost.executions


async def test_the_same_request_is_the_same_batch_and_runs_once(store: Store) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        asked = [submission("right", "wrong", name=f"try-{number}") for number in range(5)]
        standings = await asyncio.gather(*map(daemon.durable.submit, asked))
        (batch_id,) = {standing.row.id for standing in standings}
        await daemon.watched(batch_id)
        again = await daemon.durable.submit(submission("right", "wrong", name="much later"))
        page = await daemon.durable.page(EVERYTHING, Asked())
    assert (again.row.id, again.is_finished) == (batch_id, True)
    assert len(page.items) == 1
    assert len(daemon.executor.requests) == 2


async def test_a_request_id_with_other_contents_is_refused_and_names_its_batch(store: Store) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        await daemon.durable.submit(submission("right"))
        with pytest.raises(RequestIdTaken, match="'r1' names batch batch-r1"):
            await daemon.durable.submit(submission("wrong", name="another"))
        await daemon.watched("batch-r1")


async def test_no_more_run_than_may_and_the_oldest_goes_first(store: Store) -> None:
    executor = fake(capacity=8)
    executor.hold.clear()
    async with asyncio.timeout(30), life(store, executor, at_a_time=1) as daemon:
        for name in ("first", "second", "third"):
            await daemon.durable.submit(submission("right", request_id=name))
        await until_running(daemon, "batch-first")
        first, second = [await daemon.durable.standing(f"batch-{name}") for name in ("first", "second")]
        assert (first.row.state, second.row.state) == ("running", "queued")
        executor.hold.set()
        ends = [end_in(await daemon.watched(f"batch-{name}")) for name in ("first", "second", "third")]
    assert ends[0].ended_at_ns <= ends[1].started_at_ns
    assert ends[1].ended_at_ns <= ends[2].started_at_ns


async def test_a_batch_that_runs_is_cancelled_and_keeps_what_had_landed(store: Store) -> None:
    async with asyncio.timeout(30), life(store, Held("c1")) as daemon:
        await daemon.durable.submit(submission("right", "wrong", "right too"))
        async for told in daemon.durable.events("batch-r1", 1):
            if told.sequence == 2:
                await daemon.durable.cancel("batch-r1", ASKER, "seen enough")
        events = await daemon.watched("batch-r1")
        standing = await daemon.durable.cancel("batch-r1", ASKER, "once more")
    assert end_in(events).stop_reason == "cancelled"
    assert [verdict.name for verdict in verdicts_in(events).values()] == [
        "ACCEPTED",
        "CANCELLED",
        "CANCELLED",
    ]
    assert standing.row.cancel_reason == "seen enough"


async def test_a_queued_batch_is_cancelled_before_its_turn_and_runs_nothing(store: Store) -> None:
    executor = fake(capacity=8)
    executor.hold.clear()
    async with asyncio.timeout(30), life(store, executor, at_a_time=1) as daemon:
        await daemon.durable.submit(submission("right", request_id="runs"))
        await until_asked(executor, 1)
        await daemon.durable.submit(submission("right", "wrong", request_id="waits"))
        for reason in ("", "again"):
            await daemon.durable.cancel("batch-waits", ASKER, reason)
        events = await daemon.watched("batch-waits")
        assert len(executor.requests) == 1
        executor.hold.set()
        await daemon.watched("batch-runs")
    assert set(verdicts_in(events).values()) == {Verdict.CANCELLED}
    assert end_in(events).stop_reason == "cancelled"


async def test_a_cancel_that_was_accepted_holds_after_the_next_start(store: Store) -> None:
    executor = fake()
    executor.hold.clear()
    async with asyncio.timeout(30):
        async with life(store, executor, at_a_time=1) as daemon:
            await daemon.durable.submit(submission("right", "wrong"))
            await until_asked(executor, 1)
            daemon.runs.cancel = lambda batch_id: None  # type: ignore[method-assign]
            await daemon.durable.cancel("batch-r1", ASKER, "enough")
        async with life(store) as successor:
            events = await successor.watched("batch-r1")
    assert successor.executor.requests == []
    assert end_in(events).stop_reason == "cancelled"


async def test_who_goes_away_while_it_cancels_has_cancelled(store: Store) -> None:
    executor = Held("c1")
    async with asyncio.timeout(30), life(store, executor) as daemon:
        await daemon.durable.submit(submission("right", "wrong"))
        await executor.held.wait()
        asking = asyncio.create_task(daemon.durable.cancel("batch-r1", ASKER, "enough"))
        while not daemon.durable._committing:  # noqa: ASYNC110
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        events = await daemon.watched("batch-r1")
    assert end_in(events).stop_reason == "cancelled"


async def test_a_cancel_that_had_no_effect_has_it_when_it_is_asked_for_again(store: Store) -> None:
    executor = Held("c1")
    async with asyncio.timeout(30), life(store, executor) as daemon:
        await daemon.durable.submit(submission("right", "wrong"))
        await executor.held.wait()
        await daemon.writer.committed(CancelAsked("batch-r1", time.time_ns(), ASKER, "enough"))
        await daemon.durable.cancel("batch-r1", ASKER, "again")
        events = await daemon.watched("batch-r1")
        standing = await daemon.durable.standing("batch-r1")
    assert end_in(events).stop_reason == "cancelled"
    assert standing.row.cancel_reason == "enough"


async def test_stopping_rules_hold_over_a_stop(store: Store) -> None:
    rules = BatchOptions(stop_after_accepted=2)
    sources = ("right", "wrong", "right too", "right three")
    async with asyncio.timeout(30):
        async with life(store, Held("c1")) as daemon:
            await daemon.durable.submit(submission(*sources, options=rules))
            await anext(aiter(daemon.durable.events("batch-r1", 1)))
        async with life(store, fake(capacity=1)) as daemon:
            events = await daemon.watched("batch-r1")
    assert end_in(events).stop_reason == "accepted_enough"
    assert end_in(events).verdict_counts[Verdict.ACCEPTED] == 2


async def test_a_batch_that_is_refused_when_its_turn_comes_says_why_to_who_watches(store: Store) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        await daemon.durable.submit(submission(REFUSED))
        with pytest.raises(BatchFailed, match=r"batch-r1 has no summary: it was refused: batch\.problem"):
            await daemon.watched("batch-r1")
        standing = await daemon.durable.standing("batch-r1")
    assert (standing.row.state, standing.end, standing.is_finished) == ("abandoned", None, True)


async def test_a_batch_whose_end_the_store_refuses_is_abandoned_and_says_so(store: Store) -> None:
    def refuse_the_end(entry: Entry) -> Entry:
        if isinstance(entry, BatchEnded):
            raise ValueError("no such end")
        return entry

    async with asyncio.timeout(10), life(store, alter=refuse_the_end) as daemon:
        await daemon.durable.submit(submission("right"))
        with pytest.raises(BatchFailed, match="no such end"):
            await daemon.watched("batch-r1")


async def test_a_stop_while_batches_are_looked_for_begins_none_of_them(store: Store) -> None:
    executor = Held("c0")
    async with asyncio.timeout(30), life(store, executor) as daemon:
        await daemon.durable.submit(submission("right"))
        await executor.held.wait()
    async with asyncio.timeout(30), life(store, Held("c0")) as daemon:
        await daemon.durable.stop()
        await daemon.durable.resume()
        assert not daemon.runs._runs


async def test_who_watches_is_sent_away_when_the_daemon_stops(store: Store) -> None:
    executor = fake()
    executor.hold.clear()
    async with asyncio.timeout(30), life(store, executor) as daemon:
        await daemon.durable.submit(submission("right"))
        watching = asyncio.create_task(daemon.watched("batch-r1"))
        await until_asked(executor, 1)
        await daemon.durable.stop()
        with pytest.raises(Draining):
            await watching
        with pytest.raises(Draining):
            await daemon.durable.submit(submission("right", request_id="late"))


async def test_what_many_watch_is_read_for_all_of_them_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading takes the threads that judge: with each for itself, many watchers would hold a batch up."""
    read, readings = watching._page, Counter[int]()

    def counted(from_store: Store, batch_id: str, after: int) -> tuple[BatchEnded | None, Sequence[Told]]:
        readings[after] += 1
        return read(from_store, batch_id, after)

    monkeypatch.setattr(watching, "_page", counted)
    executor, watchers = fake(), 40
    executor.hold.clear()
    async with asyncio.timeout(30), life(store, executor) as daemon:
        await daemon.durable.submit(submission("right", "wrong", "slow"))
        tasks = [asyncio.create_task(daemon.watched("batch-r1")) for _ in range(watchers)]
        gone = asyncio.create_task(daemon.watched("batch-r1"))
        await until_asked(executor, 1)
        news = daemon.durable._watching._news
        while not readings[1] or any(each.readings for each in news.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        arrived = readings[1]
        gone.cancel()  # takes nothing from the others
        executor.hold.set()
        told = await asyncio.gather(*tasks)
    assert all(events == told[0] for events in told)
    assert len(verdicts_in(told[0])) == 3
    assert sum(readings.values()) - arrived < watchers


async def test_who_comes_to_watch_when_the_daemon_has_stopped_is_sent_away(store: Store) -> None:
    executor = fake()
    executor.hold.clear()
    async with asyncio.timeout(10), life(store, executor) as daemon:
        await daemon.durable.submit(submission("right"))
        await daemon.durable.stop()
        with pytest.raises(Draining):
            await daemon.watched("batch-r1")


async def test_what_is_logged_of_a_batch_names_its_own_caller_only(store: Store) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        with bound_ids(trace_id="of another call"), capture_logs([merge_contextvars]) as logged:
            await daemon.durable.submit(submission("right"))
            await daemon.watched("batch-r1")
            await daemon.durable.submit(submission(REFUSED, request_id="refused"))
            with pytest.raises(BatchFailed):
                await daemon.watched("batch-refused")
    traces = {each["event"]: each.get("trace_id") for each in logged if "batch_id" in each}
    assert traces["batch_ended"] == ASKER.trace_id
    assert traces["durable_batch_failed"] is None


async def test_the_log_joins_a_batch_with_its_caller_s_request_and_tells_why_it_was_cancelled(
    store: Store,
) -> None:
    async with asyncio.timeout(30):
        with capture_logs([merge_contextvars]) as logged:
            executor = Held("c0")
            async with life(store, executor) as daemon:
                await daemon.durable.submit(submission("right", "wrong"))
                await executor.held.wait()
                await daemon.durable.cancel("batch-r1", ASKER, "seen enough")
                await daemon.watched("batch-r1")
    told = {each["event"]: each for each in logged if each.get("batch_id") == "batch-r1"}
    assert told["batch_accepted"]["request_id"] == told["batch_started"]["request_id"] == "r1"
    assert told["batch_accepted"]["candidates"] == 2
    cancel = told["batch_cancel_asked"]
    assert (cancel["reason"], cancel["requested_by"]) == ("seen enough", ASKER.requested_by)


@pytest.mark.parametrize("never_judged", ["c0", "c1"])
async def test_a_batch_that_is_taken_up_again_is_logged_so_with_and_without_results(
    store: Store, never_judged: str
) -> None:
    async with asyncio.timeout(30):
        with capture_logs([merge_contextvars]) as before:
            executor = Held(never_judged)
            async with life(store, executor) as daemon:
                await daemon.durable.submit(submission("right", "wrong"))
                await executor.held.wait()
        with capture_logs([merge_contextvars]) as after:
            async with life(store) as daemon:
                await daemon.watched("batch-r1")
    begins = ("batch_started", "batch_resumed")
    assert [each["event"] for each in before if each["event"] in begins] == ["batch_started"]
    (resumed,) = (each for each in after if each["event"] in begins)
    assert (resumed["event"], resumed["request_id"]) == ("batch_resumed", "r1")
    assert resumed["verdicts"] == ({} if never_judged == "c0" else {"ACCEPTED": 1})


async def test_a_batch_that_waited_for_room_in_the_engine_is_logged_as_begun_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        steps, full = daemon.engine.steps, [QueueFull(0.01)]

        def once_full(*asked: Any) -> AsyncGenerator[Any, None]:
            if full:
                raise full.pop()
            return steps(*asked)

        monkeypatch.setattr(daemon.engine, "steps", once_full)
        with capture_logs([merge_contextvars]) as logged:
            await daemon.durable.submit(submission("right"))
            await daemon.watched("batch-r1")
    begun = [each["event"] for each in logged if each["event"] in ("batch_started", "batch_resumed")]
    assert (full, begun) == ([], ["batch_started"])


async def test_batches_that_are_not_there_are_named(store: Store) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        for look in (daemon.durable.standing("none"), daemon.watched("none")):
            with pytest.raises(UnknownBatch, match="no durable batch 'none'"):
                await look
        with pytest.raises(UnknownBatch):
            await daemon.durable.cancel("none", ASKER, "")


async def test_who_goes_away_while_it_submits_leaves_a_batch_that_runs(store: Store) -> None:
    async def submitted(daemon: Life) -> None:
        await daemon.durable.submit(submission("right"))

    async with asyncio.timeout(30), life(store) as daemon:
        asking = asyncio.create_task(submitted(daemon))
        while not daemon.durable._committing:  # noqa: ASYNC110
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        while not (page := await daemon.durable.page(EVERYTHING, Asked())).items:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        events = await daemon.watched(page.items[0].row.id)
    assert verdicts_in(events) == {"c0": Verdict.ACCEPTED}


def lose(store: Store, column: sa.Column[str], position: int) -> None:
    """Lose a blob that the candidate at this place names."""
    name = sa.select(column).where(CANDIDATES.c.position == position).scalar_subquery()
    with store.writing() as connection:
        assert connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256 == name)).rowcount == 1


@pytest.mark.parametrize("lost", [CANDIDATES.c.source_blob, CANDIDATES.c.outputs_blob], ids=str)
async def test_a_batch_goes_on_where_a_program_or_its_outputs_are_lost(
    store: Store, lost: sa.Column[str]
) -> None:
    executor = Held("c2")
    async with asyncio.timeout(30):
        async with life(store, executor) as daemon:
            await daemon.durable.submit(submission("loud 7", "loud 8", "wrong", "wrong 2", "loud 7"))
            await executor.held.wait()
        lose(store, lost, position=0)
        async with life(store) as daemon:
            events = await daemon.watched("batch-r1", after=3)
            standing = await daemon.durable.standing("batch-r1")
    results = {told.event.result.candidate_id: told.event.result for told in events[:-1]}  # type: ignore[union-attr]
    assert standing.row.state == "finished"
    assert [results[name].executions[0].stdout for name in ("c2", "c3", "c4")] == [b"no", b"no", b"x" * 7]
    assert results["c4"].duplicate_of == ("c0" if lost is CANDIDATES.c.source_blob else "")


async def test_events_before_one_that_cannot_be_read_are_told(store: Store) -> None:
    seen: list[int] = []
    async with asyncio.timeout(30), life(store, fake(capacity=1)) as daemon:
        await daemon.durable.submit(submission("loud 7", "loud 8", "loud 9"))
        await daemon.watched("batch-r1")
        lose(store, CANDIDATES.c.outputs_blob, position=2)
        with pytest.raises(RecordUnreadable, match="is missing"):
            async for told in daemon.durable.events("batch-r1", 0):
                seen.append(told.sequence)
    assert seen == [1, 2, 3]


async def test_a_list_tells_of_a_batch_whose_record_is_damaged_what_else_is_known(store: Store) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        for name in ("first", "second"):
            await daemon.durable.submit(submission("right", request_id=name))
            await daemon.watched(f"batch-{name}")
        of_first = RECORDS.c.batch_id == "batch-first"
        for kind in ("batch_ended", "batch_begun"):
            with store.writing() as connection:
                connection.execute(
                    sa.update(RECORDS).where(of_first, RECORDS.c.kind == kind).values(body=b"\0")
                )
            second, first = (await daemon.durable.page(EVERYTHING, Asked())).items
            assert (second.unreadable, first.row.state, first.end) == ("", "finished", None)
            assert (first.begun is None) == (kind == "batch_begun")
            assert "is damaged" in first.unreadable
        with pytest.raises(RecordUnreadable):
            await daemon.durable.standing("batch-first")


async def test_lists_tell_the_newest_first_page_by_page(store: Store) -> None:
    async with asyncio.timeout(30), life(store) as daemon:
        for number in range(5):
            await daemon.durable.submit(submission("right", request_id=f"n{number}"))
            await daemon.watched(f"batch-n{number}")
        seen: list[str] = []
        token = ""
        while True:
            page = await daemon.durable.page(EVERYTHING, Asked(2, token))
            seen += [standing.row.id for standing in page.items]
            token = page.next_token
            if not token:
                break
    assert seen == [f"batch-n{number}" for number in reversed(range(5))]


async def test_whom_somebody_waits_for_does_not_wait_behind_bulk_and_not_after_a_start_either(
    store: Store,
) -> None:
    async with asyncio.timeout(30):
        async with life(store, at_a_time=0) as daemon:
            for number in range(2):
                bulk = submission("right", request_id=f"bulk{number}", priority=Priority.BULK)
                await daemon.durable.submit(bulk)
            await daemon.durable.submit(submission("right", request_id="before"))
        async with life(store, HeldBatches("batch-bulk0", "batch-bulk1"), at_a_time=1) as daemon:
            assert verdicts_in(await daemon.watched("batch-before")) == {"c0": Verdict.ACCEPTED}
            await daemon.durable.submit(submission("right", request_id="now"))
            assert verdicts_in(await daemon.watched("batch-now")) == {"c0": Verdict.ACCEPTED}
            assert (await daemon.durable.standing("batch-bulk1")).row.state == "queued"
