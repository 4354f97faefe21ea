"""What holds between front ends, NATS and workers, whoever of them is lost, late or full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial

import pytest

from sandboxes.model import AnswerRun, AssertsRun, BrokenTestProgram, CallRun, Outcome, Run, StdioRun
from tests.support.fleets import ACK_WAIT_S, PYTHON, Fleet, Poisoned, echo, fleet_of, lose, until
from tests.support.nats_server import NatsServer, needs_nats
from tests.unit.execution.fakes import FakeExecutor, answers_of, request
from verifierd.execution.executor import ExecutionRequest
from verifierd.fleet.chunking import MOST_TASKS
from verifierd.fleet.executor import LEAST_CAPACITY, JetStreamExecutor
from verifierd.fleet.workers import WIRE_VERSION, Toolchain
from verifierd.judging.answers import Executed, ExecutionFailed
from verifierd.model import Priority

pytestmark = [needs_nats, pytest.mark.anyio]

BOUND_S = 40


def printed_of(answers: list[object]) -> list[bytes]:
    return [answer.outcome.stdout for answer in answers if isinstance(answer, Executed)]


@pytest.fixture
async def fleet(nats: NatsServer) -> AsyncIterator[Fleet]:
    async with asyncio.timeout(BOUND_S), fleet_of(nats) as fleet:
        yield fleet


async def nothing_waits(fleet: Fleet) -> bool:
    return await fleet.chunks() == 0


async def something_waits(fleet: Fleet) -> bool:
    return await fleet.chunks() > 0


async def both_wait(fleet: Fleet) -> bool:
    return await fleet.chunks() > 12


async def test_each_run_is_answered_once_and_in_order(fleet: Fleet) -> None:
    await fleet.worker(FakeExecutor(echo, capacity=3))
    executor = await fleet.front_end()
    asked = [replace(request(7), candidate_id=str(number)) for number in range(20)]
    answered = await asyncio.gather(*(answers_of(executor.execute(each)) for each in asked))
    for answers in answered:
        assert [answer.run_index for answer in answers] == list(range(7))
        assert printed_of(list(answers)) == [str(place).encode() for place in range(7)]
    assert executor.waiting == 0
    await until(partial(nothing_waits, fleet))


async def test_what_is_published_before_any_worker_is_there_waits_for_one(fleet: Fleet) -> None:
    executor = await fleet.front_end()
    assert executor.capacity == LEAST_CAPACITY
    asking = asyncio.create_task(answers_of(executor.execute(request(2))))
    await until(partial(something_waits, fleet))
    await fleet.worker(FakeExecutor(echo))
    assert len(await asking) == 2


async def test_capacity_follows_the_workers(fleet: Fleet) -> None:
    executor = await fleet.front_end(ahead=3)
    changed = asyncio.Event()
    executor._roster.on_change(changed.set)
    worker = await fleet.worker(FakeExecutor(echo, capacity=5))
    await changed.wait()
    assert executor.capacity == 15
    changed.clear()
    assert await worker.drain(5)
    await changed.wait()
    assert executor.capacity == LEAST_CAPACITY


async def test_a_worker_that_is_not_heard_any_more_counts_no_longer(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifierd.fleet.worker.BEAT_S", 0.1)
    monkeypatch.setattr("verifierd.fleet.roster.BEAT_S", 0.1)
    monkeypatch.setattr("verifierd.fleet.roster.GONE_S", 2.0)
    worker = await fleet.worker(FakeExecutor(echo, capacity=5))
    executor = await fleet.front_end()
    changed = asyncio.Event()
    executor._roster.on_change(changed.set)
    if not executor._roster.slots:
        await changed.wait()
    changed.clear()
    await lose(worker)
    await changed.wait()
    assert executor.capacity == LEAST_CAPACITY
    assert [each.languages for each in executor._roster.toolchains] == [PYTHON.languages]


async def test_a_lost_worker_s_candidates_go_to_another_one(fleet: Fleet) -> None:
    lost = FakeExecutor(echo, capacity=2)
    lost.hold.clear()
    worker = await fleet.worker(lost)
    executor = await fleet.front_end()
    asking = [asyncio.create_task(answers_of(executor.execute(request(3)))) for _ in range(4)]
    await lost.started.wait()
    await lose(worker)
    other = FakeExecutor(echo)
    await fleet.worker(other)
    for answers in await asyncio.gather(*asking):
        assert printed_of(list(answers)) == [b"0", b"1", b"2"]


async def test_after_three_lost_workers_a_candidate_is_our_failure_and_no_other_one_is(fleet: Fleet) -> None:
    executor = await fleet.front_end()
    poison = asyncio.create_task(answers_of(executor.execute(request(2, source="poison"))))
    good = asyncio.create_task(answers_of(executor.execute(request(2, source="good"))))
    victims = 0
    while not poison.done():
        inner = Poisoned()
        worker = await fleet.worker(inner)
        meeting = asyncio.create_task(inner.met.wait())
        await asyncio.wait({meeting, poison}, return_when=asyncio.FIRST_COMPLETED)
        if meeting.done():
            victims += 1
            await lose(worker)
        meeting.cancel()
    assert victims == 3
    failed = await poison
    assert all(isinstance(answer, ExecutionFailed) for answer in failed)
    assert "3 workers were lost" in str(failed[0])
    assert printed_of(list(await good)) == [b"0", b"1"]


async def test_what_waits_behind_long_work_goes_to_an_idle_worker(fleet: Fleet) -> None:
    executor = await fleet.front_end()
    asked = [replace(request(1, source=name), candidate_id=name) for name in ("poison", "good", "fine")]
    asking = [asyncio.create_task(answers_of(executor.execute(each))) for each in asked]  # one chunk
    await until(partial(something_waits, fleet))
    stuck = Poisoned()
    await fleet.worker(stuck)
    await stuck.met.wait()
    await fleet.worker(FakeExecutor(echo))
    assert [len(answers) for answers in await asyncio.gather(*asking[1:])] == [1, 1]
    asking[0].cancel()
    await asyncio.wait(asking)


async def test_what_waits_for_long_work_waits_in_the_queue_and_goes_to_who_is_idle_first(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifierd.fleet.worker.LONG_S", 0.0)
    monkeypatch.setattr("verifierd.fleet.chunking.TARGET_S", 0.0)
    busy = FakeExecutor(echo, capacity=1)
    busy.hold.clear()
    executor = await fleet.front_end()
    await fleet.worker(busy)
    first = asyncio.create_task(answers_of(executor.execute(request(1))))
    await busy.started.wait()
    asking = [asyncio.create_task(answers_of(executor.execute(request(1)))) for _ in range(2)]
    while await fleet.chunks() < 3:  # noqa: ASYNC110 - streams tell of nothing
        await asyncio.sleep(0.02)
    await fleet.worker(FakeExecutor(echo))
    assert [len(answers) for answers in await asyncio.gather(*asking)] == [1, 1]
    busy.hold.set()
    assert len(await first) == 1
    assert len(busy.asked) == 1


async def test_an_executor_that_is_closed_early_stops_what_runs(fleet: Fleet) -> None:
    def stays_at_the_third(asked: ExecutionRequest, run: Run) -> Outcome:
        if isinstance(run, StdioRun) and run.stdin == b"2":
            inner.hold.clear()
        return echo(asked, run)

    inner = FakeExecutor(stays_at_the_third, capacity=1)
    await fleet.worker(inner)
    executor = await fleet.front_end()
    async with aclosing(executor.execute(request(9))) as answers:
        await anext(answers)
    await until(partial(nothing_waits, fleet))
    assert inner.running == 0
    assert len(inner.asked) == 3
    inner.hold.set()
    assert len(await answers_of(executor.execute(request(2)))) == 2
    await until(partial(nothing_waits, fleet))


async def test_what_is_cancelled_in_the_queue_leaves_it(fleet: Fleet) -> None:
    executor = await fleet.front_end()
    asking = asyncio.create_task(answers_of(executor.execute(request(2))))
    await until(partial(something_waits, fleet))
    asking.cancel()
    await until(partial(nothing_waits, fleet))


async def settled(executor: JetStreamExecutor) -> bool:
    return not executor._writer._parts and len(executor._working) == 1


async def test_what_is_cancelled_leaves_nothing_in_the_object_store(fleet: Fleet) -> None:
    executor = await fleet.front_end()
    large = replace(request(1, source="#" * (1 << 20)), runs=(StdioRun(b"1" * (1 << 20)),))
    asking = [asyncio.create_task(answers_of(executor.execute(large))) for _ in range(3)]
    await until(partial(something_waits, fleet))
    hurried = [asyncio.create_task(answers_of(executor.execute(large))) for _ in range(3)]
    await asyncio.sleep(0)  # it is written, and not yet
    for each in (*asking, *hurried):
        each.cancel()
    await until(lambda: settled(executor))
    executor._writer.forget()

    async def is_empty() -> bool:
        info = await executor._connection.jetstream.stream_info("OBJ_verifierd-blobs")
        return info.state.messages == 0

    await until(is_empty)


async def test_what_is_large_arrives_whole_and_inputs_go_once_and_nothing_else_stays(fleet: Fleet) -> None:
    await fleet.worker(FakeExecutor(echo))
    executor = await fleet.front_end()
    large = tuple(StdioRun(bytes([place]) * (3 << 20)) for place in range(3))
    asked = replace(request(0, source="#" * (1 << 20)), runs=large)
    for _ in range(3):
        answers = await answers_of(executor.execute(asked))
        assert printed_of(list(answers)) == [run.stdin for run in large]
    inputs_bytes = sum(len(run.stdin) for run in large)

    async def only_inputs_are_left() -> bool:
        info = await executor._connection.jetstream.stream_info("OBJ_verifierd-blobs")
        assert info.state.bytes > inputs_bytes
        return info.state.bytes < inputs_bytes + (1 << 16)

    await until(only_inputs_are_left)


async def test_short_candidates_with_many_inputs_of_their_own_fit_into_messages(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifierd.fleet.chunking.FIRST_GUESS_S", 0.0)
    monkeypatch.setattr("verifierd.fleet.chunking.PER_CANDIDATE_S", 0.0)
    executor = await fleet.front_end()
    inputs = [bytes([number]) * 30_000 for number in range(MOST_TASKS)]
    asked = [replace(request(0), runs=(StdioRun(each),)) for each in inputs]
    asking = [asyncio.create_task(answers_of(executor.execute(each))) for each in asked]
    await until(partial(something_waits, fleet))
    await fleet.worker(FakeExecutor(echo))
    assert [printed_of(list(answers)) for answers in await asyncio.gather(*asking)] == [
        [each] for each in inputs
    ]


async def test_every_kind_of_run_arrives_as_it_was_asked(fleet: Fleet) -> None:
    inner = FakeExecutor(echo)
    await fleet.worker(inner)
    executor = await fleet.front_end()
    runs = (
        StdioRun(b"in", ("-x",), asked=("out",)),
        CallRun("f", (1, (2.5, {"a"}), None), {"k": 1 << 80}, "C"),
        AssertsRun("assert f() == 1", ("f",)),
        AnswerRun("7"),
    )
    assert len(await answers_of(executor.execute(replace(request(0), runs=runs)))) == 4
    assert tuple(run for _, run in inner.asked) == runs


async def test_a_test_program_that_judges_nobody_is_told_where_it_is_due(fleet: Fleet) -> None:
    def act(asked: ExecutionRequest, run: Run) -> Outcome | Exception:
        assert isinstance(run, StdioRun)
        return BrokenTestProgram("no assert in it") if run.stdin == b"1" else echo(asked, run)

    await fleet.worker(FakeExecutor(act))
    executor = await fleet.front_end()
    answers = executor.execute(request(3))
    assert (await anext(answers)).run_index == 0
    with pytest.raises(BrokenTestProgram, match="no assert in it"):
        await anext(answers)


async def test_interactive_work_goes_before_bulk_that_came_earlier(fleet: Fleet) -> None:
    inner = FakeExecutor(echo, capacity=1)
    executor = await fleet.front_end(ahead=50)
    bulk = replace(request(1), candidate_id="bulk", priority=Priority.BULK)
    urgent = replace(request(1), candidate_id="urgent")
    asking = []
    for _ in range(12):
        asking.append(asyncio.create_task(answers_of(executor.execute(bulk))))
        await asyncio.sleep(0.03)  # a chunk each
    asking.append(asyncio.create_task(answers_of(executor.execute(urgent))))
    await until(partial(both_wait, fleet))
    await fleet.worker(inner)
    await asyncio.gather(*asking)
    assert inner.asked[0][0] == "urgent"


async def test_a_worker_takes_what_it_can_run_and_leaves_the_rest(fleet: Fleet) -> None:
    rust = FakeExecutor(echo)
    await fleet.worker(rust, Toolchain("scripted", "", {"rust": "1.70"}))
    executor = await fleet.front_end()
    asking = asyncio.create_task(answers_of(executor.execute(request(1))))
    done, _ = await asyncio.wait({asking}, timeout=2 * ACK_WAIT_S)
    assert not done
    await fleet.worker(FakeExecutor(echo), PYTHON)
    assert len(await asking) == 1
    assert rust.asked == []


async def test_a_drained_worker_ends_what_it_began_and_gives_the_rest_back(fleet: Fleet) -> None:
    inner = FakeExecutor(echo, capacity=1)
    inner.hold.clear()
    worker = await fleet.worker(inner)
    executor = await fleet.front_end(ahead=9)
    first = asyncio.create_task(answers_of(executor.execute(request(1))))
    await inner.started.wait()
    asking = [asyncio.create_task(answers_of(executor.execute(request(1)))) for _ in range(3)]
    await asyncio.sleep(0.2)
    draining = asyncio.create_task(worker.drain(20))
    other = FakeExecutor(echo)
    await fleet.worker(other)
    await asyncio.gather(*asking)
    inner.hold.set()
    assert await draining
    assert len(await first) == 1
    assert len(inner.asked) == 1


async def test_a_restart_of_nats_loses_nothing_and_doubles_nothing(fleet: Fleet) -> None:
    inner = FakeExecutor(echo, capacity=2)
    await fleet.worker(inner)
    executor = await fleet.front_end()
    inner.hold.clear()
    asking = [asyncio.create_task(answers_of(executor.execute(request(3)))) for _ in range(6)]
    await inner.started.wait()
    await asyncio.to_thread(fleet.nats.kill)
    later = [asyncio.create_task(answers_of(executor.execute(request(3)))) for _ in range(2)]
    inner.hold.set()
    await asyncio.sleep(0.3)
    await asyncio.to_thread(fleet.nats.start)
    for answers in await asyncio.gather(*asking, *later):
        assert printed_of(list(answers)) == [b"0", b"1", b"2"]


async def test_a_full_queue_holds_work_back_until_there_is_room(fleet: Fleet) -> None:
    fleet.settings = replace(fleet.settings, max_queue_bytes=40_000)
    executor = await fleet.front_end()
    asked = [replace(request(1, source="#" * 9_000), candidate_id=str(number)) for number in range(9)]
    asking = []
    for each in asked:  # a chunk each
        asking.append(asyncio.create_task(answers_of(executor.execute(each))))
        await asyncio.sleep(0.03)
    await until(partial(something_waits, fleet))
    assert await fleet.chunks() < len(asked)
    await fleet.worker(FakeExecutor(echo))
    assert [len(answers) for answers in await asyncio.gather(*asking)] == [1] * len(asked)


async def test_a_chunk_that_newer_workers_alone_can_read_is_left_to_them(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifierd.fleet.chunk_writer.NEEDS_VERSION", WIRE_VERSION + 1)
    monkeypatch.setattr("verifierd.fleet.worker.NEWER_PAUSE_S", 0.1)
    inner = FakeExecutor(echo)
    await fleet.worker(inner)
    executor = await fleet.front_end()
    asking = asyncio.create_task(answers_of(executor.execute(request(1))))
    done, _ = await asyncio.wait({asking}, timeout=0.5)
    assert not done
    assert not inner.asked
    monkeypatch.setattr("verifierd.fleet.worker.WIRE_VERSION", WIRE_VERSION + 1)  # now it is a newer one
    assert len(await asking) == 1


async def test_front_ends_that_share_workers_get_their_own_answers(fleet: Fleet) -> None:
    await fleet.worker(FakeExecutor(echo))
    executors = [await fleet.front_end() for _ in range(2)]
    asking = [
        answers_of(executor.execute(replace(request(0), runs=(StdioRun(f"{which} {number}".encode()),))))
        for number in range(10)
        for which, executor in enumerate(executors)
    ]
    answered = [printed_of(list(answers)) for answers in await asyncio.gather(*asking)]
    assert answered == [[f"{which} {number}".encode()] for number in range(10) for which in range(2)]


async def test_a_nats_that_comes_back_with_nothing_is_given_everything_again(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifierd.fleet.lookout.LOOK_S", 0.1)
    monkeypatch.setattr("verifierd.fleet.lookout.SILENT_S", 0.2)
    executor = await fleet.front_end()
    asking = asyncio.create_task(answers_of(executor.execute(request(1))))
    await until(partial(something_waits, fleet))
    await asyncio.to_thread(fleet.nats.kill)
    fleet.nats.forget_everything()
    await asyncio.to_thread(fleet.nats.start)
    await fleet.worker(FakeExecutor(echo))
    assert len(await asking) == 1


async def test_what_neither_queue_nor_worker_has_any_more_is_published_again(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifierd.fleet.lookout.LOOK_S", 0.1)
    monkeypatch.setattr("verifierd.fleet.lookout.SILENT_S", 0.2)
    executor = await fleet.front_end()
    asking = asyncio.create_task(answers_of(executor.execute(request(1))))
    await until(partial(something_waits, fleet))
    await executor._connection.jetstream.purge_stream("verifierd-work")
    await fleet.worker(FakeExecutor(echo))
    assert len(await asking) == 1
