"""Runs the candidates of a chunk, one after the other, and drops what nobody wants any more."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress

from sandboxes.model import BrokenTestProgram
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.fleet.chunk_reader import ChunkReader
from verifierd.fleet.connection import Connection
from verifierd.fleet.errors import BlobMissing, UnreadableMessage
from verifierd.fleet.held import Held
from verifierd.fleet.reporting import Report
from verifierd.fleet.subjects import Names
from verifierd.judging.answers import Answer, ExecutionFailed
from verifierd.logs import get_logger

Landed = Answer | BrokenTestProgram

MOST_LOSSES = 3
KEPT_CANCELLED = 100_000
PATIENCE_S = 0.5  # for a whole chunk, which was thought to take a third of it


class ChunkRunner:
    """Runs chunks of one worker, each in one sandbox at a time; `done` counts candidates."""

    def __init__(
        self, connection: Connection, executor: Executor, reader: ChunkReader, worker_id: str
    ) -> None:
        self.done = 0
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._executor = executor
        self._reader = reader
        self._worker_id = worker_id
        self._running: dict[str, asyncio.Task[None]] = {}
        self._cancelled: OrderedDict[str, None] = OrderedDict()
        self._log = get_logger(__name__).bind(worker=worker_id)

    def cancel(self, tasks: Iterable[str]) -> None:
        """Stop these tasks, or do not begin them."""
        for task_id in tasks:
            self._cancelled[task_id] = None
            if len(self._cancelled) > KEPT_CANCELLED:
                self._cancelled.popitem(last=False)
            if (running := self._running.get(task_id)) is not None:
                running.cancel()

    async def run(self, held: Held, report: Report) -> None:
        """Run what is still wanted of a chunk, and add what came of it to a report."""
        chunk = held.chunk
        if held.losses >= MOST_LOSSES:
            await self._tell_lost(held, report)
            return
        begun = wire.News(
            worker_id=self._worker_id, begun=[task.id for task in chunk.tasks]
        ).SerializeToString()
        await self._connection.publish(self._names.begun(chunk.front_end), begun)
        left = deque(range(len(chunk.tasks)))
        over = asyncio.Event()
        parting = asyncio.create_task(self._part_with_the_rest(held, left, over))
        try:
            while left:
                await self._run_next(held, left.popleft(), report)
            over.set()
            await parting  # what it puts into the queue is there before this chunk is acknowledged
        finally:
            parting.cancel()

    async def _part_with_the_rest(self, held: Held, left: deque[int], over: asyncio.Event) -> None:
        """Put what waits behind long work into the queue again: other sandboxes may have nothing to do."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await over.wait()
        rest = tuple(left)
        left.clear()
        await held.hand_on(rest, self._worker_id)

    async def _run_next(self, held: Held, place: int, report: Report) -> None:
        task = held.chunk.tasks[place]
        if task.id in self._cancelled:
            return
        running = self._running[task.id] = asyncio.create_task(self._run_one(held.chunk, task, report))
        try:
            await asyncio.wait({running})
        finally:
            if self._running.get(task.id) is running:  # a chunk may be here twice, by a redelivery
                del self._running[task.id]
            running.cancel()
            await asyncio.wait({running})  # until its sandbox is free again
        if not (running.cancelled() and task.id in self._cancelled):
            running.result()
        self.done += 1

    async def _tell_lost(self, held: Held, report: Report) -> None:
        cause = f"{held.losses} workers were lost while they had this candidate"
        for task in held.chunk.tasks:
            self._log.error("candidate_given_up", candidate_id=task.candidate_id, cause=cause)
            try:
                runs = len(await self._reader.runs(held.chunk, task))
            except (BlobMissing, UnreadableMessage) as error:
                report.not_begun(task.id, f"{cause}; {error}")
                continue
            for place in range(runs):
                await report.add(task.id, place, ExecutionFailed(place, cause, held.losses))

    async def _run_one(self, chunk: wire.Chunk, task: wire.Task, report: Report) -> None:
        try:
            request = await self._reader.request(chunk, task)
        except (BlobMissing, UnreadableMessage) as error:
            self._log.warning("candidate_not_begun", candidate_id=task.candidate_id, cause=str(error))
            report.not_begun(task.id, str(error))
            return
        async with aclosing(self._answers(request)) as answers:
            async for place, answer in answers:
                await report.add(task.id, place, answer)

    async def _answers(
        self, request: ExecutionRequest
    ) -> AsyncGenerator[tuple[int, Answer | BrokenTestProgram], None]:
        """Yield answers with their places, to every run or up to one that cannot be judged by."""
        place = 0
        try:
            async with aclosing(self._executor.execute(request)) as answers:
                async for answer in answers:
                    yield place, answer
                    place += 1
        except BrokenTestProgram as error:
            yield place, error
        except Exception as error:  # one candidate's trouble must not become the worker's
            self._log.exception("candidate_not_run", candidate_id=request.candidate_id)
            cause = f"the worker failed while running it ({type(error).__name__}); its log says more"
            for left in range(place, len(request.runs)):
                yield left, ExecutionFailed(left, cause, 1)
