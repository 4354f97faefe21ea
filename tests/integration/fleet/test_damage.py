"""What the fleet makes of what should never come: damaged messages, lost queues, another's sequence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from sandboxes.model import Outcome, Run
from tests.support.fleets import Fleet, fleet_of, until
from tests.support.nats_server import NatsServer, needs_nats
from tests.unit.execution.fakes import FakeExecutor, answers_of, printed, request
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.durable.batch_queue import BatchQueue
from verifierd.execution.executor import ExecutionRequest
from verifierd.fleet.errors import BlobMissing
from verifierd.fleet.executor import JetStreamExecutor
from verifierd.fleet.subjects import Names, Queue
from verifierd.judging.answers import Executed
from verifierd.model import Priority

pytestmark = [needs_nats, pytest.mark.anyio]

BOUND_S = 30
NAMES = Names()
QUEUE = Queue("interactive", "any", "python", "-")


@pytest.fixture
async def fleet(nats: NatsServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fleet]:
    monkeypatch.setattr("verifierd.fleet.lookout.LOOK_S", 0.1)
    monkeypatch.setattr("verifierd.fleet.lookout.SILENT_S", 0.2)
    monkeypatch.setattr("verifierd.fleet.inbox.ACK_WAIT_S", 0.2)
    monkeypatch.setattr("verifierd.fleet.queues.LOOK_S", 0.1)
    async with asyncio.timeout(BOUND_S), fleet_of(nats) as fleet:
        yield fleet


def echo(request: ExecutionRequest, run: Run) -> Outcome:
    return printed(b"done")


async def tell(event: asyncio.Event) -> None:
    event.set()


async def nothing_is_there(executor: JetStreamExecutor) -> bool:
    streams = (NAMES.work, NAMES.batches)
    infos = [await executor._connection.jetstream.stream_info(stream) for stream in streams]
    return not any(info.state.messages for info in infos)


async def something_waits(fleet: Fleet) -> bool:
    return await fleet.chunks() > 0


async def all_is_read(executor: JetStreamExecutor) -> bool:
    info = await executor._connection.jetstream.consumer_info(NAMES.outcomes, f"inbox_{executor.id}")
    return bool(info.delivered and info.delivered.stream_seq) and not info.num_ack_pending


@pytest.mark.parametrize("first_run", [0, 2**31])
async def test_a_damaged_answer_is_read_once_and_asked_for_again(fleet: Fleet, first_run: int) -> None:
    executor = await fleet.front_end()
    asking = asyncio.create_task(answers_of(executor.execute(request(1))))
    await until(partial(something_waits, fleet))
    (task,) = executor._tasks.values()
    damaged = wire.Answer(
        executed=wire.Executed(outcome=wire.Outcome(ending=wire.ENDING_FINISHED, raised_class_name=b"\xff"))
    )
    told = wire.Outcomes(chunk_id="c", worker_id="w")
    told.tasks.add(
        task_id=task.id, first_run=first_run, answers=[wire.Content(inline=damaged.SerializeToString())]
    )
    await executor._connection.published(NAMES.outcome(executor.id, "c"), told.SerializeToString(), "damaged")
    await until(partial(all_is_read, executor))
    await fleet.worker(FakeExecutor(echo))
    (answer,) = await asking
    assert isinstance(answer, Executed)


async def test_a_queue_that_is_gone_is_made_again_for_what_waits_in_it(fleet: Fleet) -> None:
    executor = await fleet.front_end()
    asking = asyncio.create_task(answers_of(executor.execute(request(1))))
    await until(partial(something_waits, fleet))
    await executor._connection.jetstream.delete_consumer(NAMES.work, QUEUE.consumer)
    await fleet.worker(FakeExecutor(echo))
    assert len(await asking) == 1


async def test_an_inbox_that_is_gone_is_opened_again(fleet: Fleet) -> None:
    executor = await fleet.front_end()
    await executor._connection.jetstream.delete_consumer(NAMES.outcomes, f"inbox_{executor.id}")
    await fleet.worker(FakeExecutor(echo))
    (answer,) = await answers_of(executor.execute(request(1)))
    assert isinstance(answer, Executed)


async def test_what_another_s_work_has_the_sequence_of_in_a_stream_made_anew_is_published_again(
    fleet: Fleet,
) -> None:
    executor = await fleet.front_end()
    asking = asyncio.create_task(answers_of(executor.execute(request(1))))
    await until(partial(something_waits, fleet))
    jetstream = executor._connection.jetstream
    await jetstream.delete_stream(NAMES.work)
    await executor._begin_anew()
    other = NAMES.chunks(Queue("bulk", "any", "cobol", "-"))
    for number in range(3):
        await jetstream.publish(other, b"another's", headers={"Nats-Msg-Id": str(number)})
    await fleet.worker(FakeExecutor(echo))
    assert len(await asking) == 1


async def test_what_a_killed_nats_has_back_that_was_done_goes_when_it_is_found_again(fleet: Fleet) -> None:
    executor = await fleet.front_end()
    connected = asyncio.Event()
    executor._connection.on_reconnect(partial(tell, connected))
    jetstream = executor._connection.jetstream
    queue, stream = BatchQueue(executor._connection, 10.0), NAMES.batches
    await queue.open()
    await queue.put("b", Priority.BULK)
    asking = asyncio.create_task(answers_of(executor.execute(request(1))))
    await until(partial(something_waits, fleet))
    kept = fleet.nats.kept_messages()
    await connected.wait()
    await fleet.worker(FakeExecutor(echo))
    assert len(await asking) == 1
    await (await queue.next(Priority.BULK)).done()
    await until(partial(nothing_is_there, executor))
    connected.clear()
    fleet.nats.have_back(kept)
    await connected.wait()
    assert await fleet.chunks() == 0
    assert (await jetstream.stream_info(stream)).state.messages == 1
    await queue.make()
    assert (await jetstream.stream_info(stream)).state.messages == 0


async def test_an_object_that_is_removed_while_it_is_read_is_missing_and_leaves_no_reader_behind(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifierd.fleet.objects.PART_TIMEOUT_S", 0.5)
    executor = await fleet.front_end()
    content = await executor._blobs.written(b"1" * (1 << 20))
    store = executor._blobs._opened()
    info = await store.get_info(content.blob.name)
    await executor._connection.jetstream.purge_stream(
        "OBJ_verifierd-blobs", subject=f"$O.verifierd-blobs.C.{info.nuid}"
    )
    subscriptions = len(executor._connection.client._subs)
    reading = asyncio.create_task(executor._blobs.read(content))
    await until(partial(is_read_by_somebody, executor))
    executor._blobs.discard(content)
    with pytest.raises(BlobMissing, match="is not in the object store"):
        await reading
    assert len(executor._connection.client._subs) == subscriptions


async def is_read_by_somebody(executor: JetStreamExecutor) -> bool:
    info = await executor._connection.jetstream.stream_info("OBJ_verifierd-blobs")
    return bool(info.state.consumer_count)


async def test_a_toolchain_that_cannot_be_read_keeps_no_front_end_from_starting(fleet: Fleet) -> None:
    await fleet.worker(FakeExecutor(echo))
    first = await fleet.front_end()
    bucket = await first._connection.jetstream.key_value(NAMES.toolchains)
    await bucket.put("garbage", b"\xff\xff")
    executor = await fleet.front_end()
    (answer,) = await answers_of(executor.execute(request(1)))
    assert isinstance(answer, Executed)


async def test_a_refusal_that_comes_many_times_counts_once(fleet: Fleet) -> None:
    executor = await fleet.front_end()
    held = FakeExecutor(echo)
    held.hold.clear()
    await fleet.worker(held)
    asking = asyncio.create_task(answers_of(executor.execute(request(1))))
    await held.started.wait()
    (task,) = executor._tasks.values()
    for number in range(6):
        told = wire.Outcomes(chunk_id="c", worker_id="w")
        told.tasks.add(task_id=task.id, not_begun="a part of it is missing")
        await executor._connection.published(
            NAMES.outcome(executor.id, "c"), told.SerializeToString(), f"n{number}"
        )
    held.hold.set()
    (answer,) = await asking
    assert isinstance(answer, Executed)
