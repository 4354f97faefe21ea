"""Any front end takes, runs, tells of and cancels any batch; what one leaves, another one ends, once."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.integration.durable.fronts import ACK_WAIT_S, FrontEnd, Paced, front_end, process
from tests.integration.durable.scene import (
    ASKER,
    Held,
    HeldBatches,
    end_in,
    submission,
    until_asked,
    verdicts_in,
)
from tests.support.entries import begun
from tests.support.nats_server import NatsServer, needs_nats
from tests.support.postgres import Postgres
from tests.support.stores import sequences_of_whole_chain
from verifierd.audit.entries import CancelAsked
from verifierd.audit.reading import unfinished
from verifierd.audit.schema import CANDIDATES
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.audit.verifying import verify_records
from verifierd.durable import batch_queue
from verifierd.durable.batch_queue import QueuedBatch
from verifierd.errors import Draining
from verifierd.fleet.errors import FleetUnavailable
from verifierd.model import Priority, Verdict

pytestmark = [needs_nats, pytest.mark.anyio]

LONG_S = 40.0  # so that what comes sooner came by no looking and no redelivery
SOURCES = tuple(f"{'right' if number % 3 else 'wrong'} {number}" for number in range(20))
VERDICTS = {
    f"c{number}": Verdict.ACCEPTED if number % 3 else Verdict.WRONG_ANSWER for number in range(len(SOURCES))
}


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    with NatsServer(tmp_path) as server:
        yield server


@pytest.fixture
def kept(postgres: Postgres, tmp_path: Path) -> Iterator[StoreSettings]:
    """A store in PostgreSQL that several may have."""
    url = postgres.new_database()
    yield StoreSettings(url, str(tmp_path / "blobs"))
    postgres.drop(url)


@pytest.fixture
def store(kept: StoreSettings) -> Iterator[Store]:
    """The same store, to look into."""
    opened = open_store(kept)
    yield opened
    opened.close()


def assert_whole(store: Store, batches: int = 1) -> None:
    """Each candidate has one verdict and one number, and the chain is as it was written."""
    of = CANDIDATES.c
    with store.reading() as connection:
        counted = connection.execute(
            sa.select(
                sa.func.count(),
                sa.func.count(sa.distinct(sa.tuple_(of.batch_id, of.position))),
                sa.func.count(sa.distinct(sa.tuple_(of.batch_id, of.event_sequence))),
            )
        ).one()
    assert tuple(counted) == (batches * len(SOURCES),) * 3
    sequences_of_whole_chain(store)
    assert verify_records(store).holds


async def until(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def has_it(store: Store, name: str) -> None:
    """Wait until the one batch is this front end's."""
    while [each.front_end for each in await asyncio.to_thread(unfinished, store)] != [name]:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_any_front_end_tells_of_a_batch_that_another_one_runs(
    kept: StoreSettings, nats: NatsServer, store: Store
) -> None:
    async with asyncio.timeout(60):
        async with (
            front_end(kept, nats.settings(), Paced(0.02), "a") as a,
            front_end(kept, nats.settings(), name="b", at_a_time=0) as b,
        ):
            standing = await b.durable.submit(submission(*SOURCES))
            assert not standing.is_finished
            events, again = await asyncio.gather(b.watched("batch-r1"), a.watched("batch-r1"))
            assert events == again == await b.watched("batch-r1")
            assert verdicts_in(events) == VERDICTS
            assert b.executor.requests == []
            assert (await b.durable.standing("batch-r1")).is_finished
            assert await b.queue.batch_ids() == set()
        await asyncio.to_thread(assert_whole, store)


async def test_front_ends_share_what_there_is_to_do(
    kept: StoreSettings, nats: NatsServer, store: Store
) -> None:
    async with asyncio.timeout(60):
        async with (
            front_end(kept, nats.settings(), Paced(0.01), "a", at_a_time=1) as a,
            front_end(kept, nats.settings(), Paced(0.01), "b", at_a_time=1) as b,
        ):
            for number in range(6):
                await a.durable.submit(submission(*SOURCES, request_id=f"r{number}"))
            for number in range(6):
                assert verdicts_in(await a.watched(f"batch-r{number}")) == VERDICTS
            ran = [len(each.executor.requests) for each in (a, b)]
            assert sum(ran) == 6 * len(SOURCES)
            assert min(ran) > 0
        await asyncio.to_thread(assert_whole, store, 6)


async def test_what_a_front_end_has_in_hand_when_it_stops_goes_on_elsewhere_at_once(
    kept: StoreSettings, nats: NatsServer, store: Store
) -> None:
    async with asyncio.timeout(60):
        of = partial(front_end, kept, nats.settings(), ack_wait_s=LONG_S)
        async with of(name="b", at_a_time=0) as idle, AsyncExitStack() as undo:
            a = await undo.enter_async_context(of(Held("c7"), "a"))
            assert isinstance(a.executor, Held)
            await a.durable.submit(submission(*SOURCES))
            watching = asyncio.create_task(a.watched("batch-r1"))
            await a.executor.held.wait()
            await a.durable.stop()
            with pytest.raises(Draining):
                await watching
            async with of(name="c") as c:
                async with asyncio.timeout(LONG_S / 2):
                    events = await idle.watched("batch-r1")
                assert verdicts_in(events) == VERDICTS
                assert 0 < len(c.executor.requests) < len(SOURCES)
        await asyncio.to_thread(assert_whole, store)


async def test_what_a_killed_front_end_had_in_hand_goes_on_elsewhere(
    kept: StoreSettings, nats: NatsServer, store: Store
) -> None:
    async with asyncio.timeout(60):
        async with front_end(kept, nats.settings(), name="b", at_a_time=0) as idle:
            async with process(kept, nats.settings(), "a", 0.1) as pid:
                await idle.durable.submit(submission(*SOURCES))
                await anext(aiter(idle.durable.events("batch-r1", 1)))
                os.kill(pid, signal.SIGKILL)
            async with front_end(kept, nats.settings(), name="c") as c:
                events = await idle.watched("batch-r1")
                assert verdicts_in(events) == VERDICTS
                assert 0 < len(c.executor.requests) < len(SOURCES)
        await asyncio.to_thread(assert_whole, store)


async def test_a_frozen_front_end_that_thaws_tells_nothing_a_second_time_and_goes_on_with_other_work(
    kept: StoreSettings, nats: NatsServer, store: Store
) -> None:
    async with asyncio.timeout(90):
        async with (
            front_end(kept, nats.settings(), name="idle", at_a_time=0) as idle,
            process(kept, nats.settings(), "a", 0.05) as pid,
        ):
            await idle.durable.submit(submission(*SOURCES))
            await anext(aiter(idle.durable.events("batch-r1", 1)))
            os.kill(pid, signal.SIGSTOP)
            async with front_end(kept, nats.settings(), Paced(0.1), "b") as b:
                await has_it(store, "b")
                await until_asked(b.executor, 3)
                os.kill(pid, signal.SIGCONT)
                assert verdicts_in(await idle.watched("batch-r1")) == VERDICTS
            await idle.durable.submit(submission(*SOURCES, request_id="r2"))
            assert verdicts_in(await idle.watched("batch-r2")) == VERDICTS
        await asyncio.to_thread(assert_whole, store, 2)


async def test_a_front_end_whose_signs_of_life_are_lost_lets_go_once_it_hears_that_another_one_took_over(
    kept: StoreSettings, nats: NatsServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for a program that never ends, so nothing of its own comes back refused."""

    async def lost(_: QueuedBatch) -> None:
        pass

    async with asyncio.timeout(60):
        async with front_end(kept, nats.settings(), Held("c7"), "a") as a, AsyncExitStack() as undo:
            assert isinstance(a.executor, Held)
            await a.durable.submit(submission(*SOURCES))
            await a.executor.held.wait()
            with monkeypatch.context() as cut:
                cut.setattr(QueuedBatch, "show_life", lost)
                await undo.enter_async_context(front_end(kept, nats.settings(), Paced(0.15), "b"))
                await has_it(store, "b")
            await until(lambda: not a.runs.taken)
            assert verdicts_in(await a.watched("batch-r1")) == VERDICTS
        await asyncio.to_thread(assert_whole, store)


async def test_a_cancel_reaches_the_front_end_that_runs_the_batch(
    kept: StoreSettings, nats: NatsServer
) -> None:
    async with asyncio.timeout(60):
        async with (
            front_end(kept, nats.settings(), Held("c7"), "a", ack_wait_s=LONG_S) as a,
            front_end(kept, nats.settings(), name="b", at_a_time=0, ack_wait_s=LONG_S) as b,
        ):
            assert isinstance(a.executor, Held)
            await b.durable.submit(submission(*SOURCES))
            await a.executor.held.wait()
            async with asyncio.timeout(LONG_S / 3):  # before anybody looks by himself
                await b.durable.cancel("batch-r1", ASKER, "enough")
                events = await b.watched("batch-r1")
            assert end_in(events).stop_reason == "cancelled"
            assert verdicts_in(events)["c1"] == Verdict.ACCEPTED


async def test_a_cancel_whose_news_was_lost_is_found_in_the_store(
    kept: StoreSettings, nats: NatsServer
) -> None:
    async with asyncio.timeout(60):
        async with front_end(kept, nats.settings(), Held("c7"), "a") as a:
            assert isinstance(a.executor, Held)
            await a.durable.submit(submission(*SOURCES))
            await a.executor.held.wait()
            await a.writer.committed(CancelAsked("batch-r1", 9, ASKER, "enough"))
            assert end_in(await a.watched("batch-r1")).stop_reason == "cancelled"


async def test_a_cancelled_batch_that_waits_does_not_wait_for_its_end(
    kept: StoreSettings, nats: NatsServer, store: Store
) -> None:
    async with asyncio.timeout(60):
        async with front_end(kept, nats.settings(), name="b", at_a_time=0) as b:
            await b.durable.submit(submission(*SOURCES))
            await b.durable.cancel("batch-r1", ASKER, "enough")
            events = await b.watched("batch-r1")
            assert set(verdicts_in(events).values()) == {Verdict.CANCELLED}
            async with front_end(kept, nats.settings(), name="a") as a:
                while await a.queue.batch_ids():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                assert a.executor.requests == []
        await asyncio.to_thread(assert_whole, store)


async def test_a_batch_that_was_stored_and_never_queued_is_queued_by_whoever_looks(
    kept: StoreSettings, nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> None:
        pass

    async with asyncio.timeout(60):
        async with front_end(kept, nats.settings(), name="b", at_a_time=0) as b:
            with monkeypatch.context() as cut:
                cut.setattr(b.queue, "put", lost)
                await b.durable.submit(submission(*SOURCES))
            async with front_end(kept, nats.settings(), name="a"):
                assert verdicts_in(await b.watched("batch-r1")) == VERDICTS


async def test_a_batch_is_in_the_queue_once_however_often_it_is_put_there(
    kept: StoreSettings, nats: NatsServer
) -> None:
    async with asyncio.timeout(60), front_end(kept, nats.settings(), at_a_time=0) as a:
        put = partial(a.queue.put, priority=Priority.BULK)
        await asyncio.gather(*(put("x") for _ in range(5)), put("y"))
        given = [await a.queue.next(Priority.BULK), await a.queue.next(Priority.BULK)]
        await put("x")
        assert {each.batch_id for each in given} == {"x", "y"} == await a.queue.batch_ids()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                pytest.fail(f"{(await a.queue.next(Priority.BULK)).batch_id} came twice")
        for each in given:
            await each.done()


async def test_a_batch_that_comes_after_the_process_was_frozen_is_not_believed(
    kept: StoreSettings, nats: NatsServer
) -> None:
    """It may be another front end's by now, whom taking it would rob of its work."""
    times = iter([0.0, ACK_WAIT_S])
    async with asyncio.timeout(60), front_end(kept, nats.settings(), at_a_time=0) as a:
        frozen = batch_queue.BatchQueue(a.connection, ACK_WAIT_S, lambda: next(times, 0.0))
        await frozen.open()
        await a.queue.put("x", Priority.BULK)
        began_s = asyncio.get_running_loop().time()
        assert (await frozen.next(Priority.BULK)).batch_id == "x"
        assert asyncio.get_running_loop().time() - began_s > ACK_WAIT_S * 0.9


async def test_batches_of_calls_end_with_their_front_end_and_not_with_another_s_start(
    kept: StoreSettings, nats: NatsServer, store: Store
) -> None:
    now_s = 0.0

    async def state(of: FrontEnd) -> set[str]:
        await of.leftovers.look()
        await of.writer.flush()
        return {each.batch_id for each in await asyncio.to_thread(unfinished, store)}

    async with asyncio.timeout(60), AsyncExitStack() as undo:
        b = await undo.enter_async_context(
            front_end(kept, nats.settings(), name="b", at_a_time=0, grace_s=30.0, clock_s=lambda: now_s)
        )
        async with front_end(kept, nats.settings(), name="a", at_a_time=0) as a:
            await a.writer.committed(begun("of a", front_end="a"), begun("of nobody"))
            await b.writer.committed(begun("of b", front_end="b"))
            assert await state(b) == {"of a", "of b", "of nobody"}
            now_s = 31.0
            assert await state(b) == {"of a", "of b"}
        assert await state(b) == {"of a", "of b"}
        now_s = 60.0
        assert await state(b) == {"of a", "of b"}
        now_s = 62.0
        assert await state(b) == {"of b"}


async def test_what_news_does_not_tell_is_found_by_looking(
    kept: StoreSettings, nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asyncio.timeout(60):
        async with (
            front_end(kept, nats.settings(), Paced(0.05), "a") as a,
            front_end(kept, nats.settings(), name="b", at_a_time=0, watch_look_s=0.1) as b,
        ):
            monkeypatch.setattr(a.connection, "publish", b.durable.standing)  # it goes nowhere
            await a.durable.submit(submission(*SOURCES))
            assert verdicts_in(await b.watched("batch-r1")) == VERDICTS


async def test_a_queue_that_nats_has_lost_is_made_again_from_the_store(
    kept: StoreSettings, nats: NatsServer, store: Store, tmp_path: Path
) -> None:
    async with asyncio.timeout(60):
        async with front_end(kept, nats.settings(), name="b", at_a_time=0) as b:
            await b.durable.submit(submission(*SOURCES))
            await asyncio.to_thread(nats.kill)
            await asyncio.to_thread(shutil.rmtree, tmp_path / "jetstream")
            await asyncio.to_thread(nats.start)
            await until(lambda: b.connection.is_connected)
            async with front_end(kept, nats.settings(), name="a"):
                assert verdicts_in(await b.watched("batch-r1")) == VERDICTS
        await asyncio.to_thread(assert_whole, store)


async def test_a_batch_that_no_store_knows_is_taken_out_of_the_queue(
    kept: StoreSettings, nats: NatsServer
) -> None:
    async with asyncio.timeout(60), front_end(kept, nats.settings()) as a:
        await a.queue.put("removed", Priority.INTERACTIVE)
        while await a.queue.batch_ids():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await a.durable.submit(submission(*SOURCES))
        assert verdicts_in(await a.watched("batch-r1")) == VERDICTS


async def test_a_front_end_goes_on_taking_batches_when_nats_has_lost_the_queue(
    kept: StoreSettings, nats: NatsServer, tmp_path: Path
) -> None:
    async with asyncio.timeout(60), front_end(kept, nats.settings()) as a:
        await asyncio.to_thread(nats.kill)
        await asyncio.to_thread(shutil.rmtree, tmp_path / "jetstream")
        await asyncio.to_thread(nats.start)
        await until(lambda: a.connection.is_connected)
        await a.durable.submit(submission(*SOURCES))
        await a.leftovers.look()  # which it does by itself in half a minute
        assert verdicts_in(await a.watched("batch-r1")) == VERDICTS


async def test_batches_go_on_when_nats_and_the_database_are_back(
    nats: NatsServer, own_postgres: Postgres, tmp_path: Path
) -> None:
    own = StoreSettings(await asyncio.to_thread(own_postgres.new_database), str(tmp_path / "blobs"))
    async with asyncio.timeout(120):
        async with (
            front_end(own, nats.settings(), Paced(0.1), "a", watch_look_s=0.5) as a,
            front_end(own, nats.settings(), Paced(0.1), "b", watch_look_s=0.5) as b,
        ):
            for number in range(2):
                await a.durable.submit(submission(*SOURCES, request_id=f"r{number}"))
            await until_asked(a.executor, 2)
            await asyncio.to_thread(nats.kill)
            await asyncio.to_thread(own_postgres.stop, "immediate")
            await asyncio.sleep(0.5)
            await asyncio.to_thread(nats.start)
            await asyncio.to_thread(own_postgres.start)
            await a.writer.flush()
            await b.writer.flush()
            for number in range(2):
                assert verdicts_in(await a.watched(f"batch-r{number}")) == VERDICTS
        with closing(await asyncio.to_thread(open_store, own)) as store:
            await asyncio.to_thread(assert_whole, store, 2)


async def test_whom_somebody_waits_for_does_not_wait_behind_bulk(
    kept: StoreSettings, nats: NatsServer, store: Store
) -> None:
    async with asyncio.timeout(60), front_end(kept, nats.settings(), at_a_time=0) as a:
        await a.durable.submit(submission("right", request_id="r1", priority=Priority.BULK))
        await a.durable.submit(submission("right", request_id="r2", priority=Priority.BULK))
        busy = HeldBatches("batch-r1", "batch-r2")
        async with front_end(kept, nats.settings(), busy, name="b", at_a_time=1) as b:
            await busy.held.wait()
            await a.durable.submit(submission(*SOURCES, request_id="r3", priority=Priority.INTERACTIVE))
            assert verdicts_in(await a.watched("batch-r3")) == VERDICTS
            standings = [await b.durable.standing(name) for name in ("batch-r1", "batch-r2")]
            assert sorted(each.row.state for each in standings) == ["queued", "running"]


async def test_what_nats_has_lost_is_queued_again_with_its_priority(
    kept: StoreSettings, nats: NatsServer
) -> None:
    async with asyncio.timeout(60), front_end(kept, nats.settings(), at_a_time=0) as a:
        for priority in Priority:
            await a.durable.submit(submission("right", request_id=priority, priority=priority))
        await until_queued(a, 2)
        await a.connection.jetstream.purge_stream("verifierd-batches")
        await a.leftovers.look()
        for priority in Priority:
            assert (await a.queue.next(priority)).batch_id == f"batch-{priority}"


async def until_queued(a: FrontEnd, count: int) -> None:
    while len(await a.queue.batch_ids()) < count:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


@pytest.fixture
def other(postgres: Postgres, tmp_path: Path) -> Iterator[StoreSettings]:
    """A second store, in the same server."""
    url = postgres.new_database()
    yield StoreSettings(url, str(tmp_path / "other"))
    postgres.drop(url)


async def test_front_ends_of_another_store_do_not_start_below_the_same_prefix(
    kept: StoreSettings, other: StoreSettings, nats: NatsServer
) -> None:
    async with front_end(kept, nats.settings(), name="a"), front_end(kept, nats.settings(), name="b"):
        pass
    with pytest.raises(FleetUnavailable, match=r"batches of another store: .*remove .*KV_verifierd-store"):
        async with front_end(other, nats.settings(), name="c"):
            pass
    async with front_end(other, nats.settings(prefix="others"), name="c") as living:
        standing = await living.durable.submit(submission(*SOURCES))
        assert standing.row.candidates_total == len(SOURCES)
