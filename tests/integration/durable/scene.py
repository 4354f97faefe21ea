"""The durable batches of a daemon without its sandboxes: a real store, a real writer, programs in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256

from tests.unit.batches.scene import act, batch, candidates, engine, fake
from tests.unit.execution.fakes import FakeExecutor
from verifierd.audit.entries import Asker, BatchBegun, Entry
from verifierd.audit.store import Store
from verifierd.audit.writer import Writer
from verifierd.batches.engine import Engine
from verifierd.batches.recorded import Origin, Recorder
from verifierd.durable.alone import Alone
from verifierd.durable.batches import DurableBatches
from verifierd.durable.runs import Runs
from verifierd.durable.submission import Submission
from verifierd.durable.watching import Told
from verifierd.errors import InvalidField
from verifierd.execution.executor import ExecutionRequest
from verifierd.judging.answers import Answer
from verifierd.model import (
    Batch,
    BatchFinished,
    BatchOptions,
    Candidate,
    CandidateFinished,
    Digest,
    Priority,
    Verdict,
)

ASKER = Asker("ipv4:127.0.0.1:4000 test", "", "0af7651916cd43dd8448eb211c80319c")
REFUSED = "refused"


def submission(
    *sources: str,
    request_id: str = "r1",
    options: BatchOptions | None = None,
    name: str = "",
    priority: Priority = Priority.INTERACTIVE,
) -> Submission:
    """A batch of programs as `tests.unit.batches.scene` knows them. It is named after its request."""
    named = replace(batch(options=options), id=name or f"batch-{request_id}", request_id=request_id)
    asked = replace(named, priority=priority)
    request = json.dumps(sources).encode()
    origin = Origin(ASKER, {"run": "7"}, b"the problem", Digest(sha256(b"problem").hexdigest(), 7))
    return Submission(asked, len(sources), origin, request, sha256(request).hexdigest())


class Requests:
    """Reads what `submission` wrote."""

    async def read(self, begun: BatchBegun) -> tuple[Batch, tuple[Candidate, ...]]:
        sources = json.loads(begun.request)
        if sources == [REFUSED]:
            raise InvalidField("batch.problem", "it is refused", "others")
        asked = batch(options=begun.options, deadline_at_ns=begun.deadline_at_ns)
        return replace(asked, id=begun.batch_id, request_id=begun.request_id), candidates(*sources)


class Held(FakeExecutor):
    """Runs programs one at a time, and never those of these candidates; `held` is set once one is due."""

    def __init__(self, *candidate_ids: str) -> None:
        super().__init__(act, capacity=1)
        self.held = asyncio.Event()
        self._never = frozenset(candidate_ids)

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        if request.candidate_id in self._never:
            self.held.set()
            await asyncio.Event().wait()
        async with aclosing(super().execute(request)) as answers:
            async for answer in answers:
                yield answer


class HeldBatches(FakeExecutor):
    """Runs two programs at a time, and never those of these batches; `held` is set once one is due."""

    def __init__(self, *batch_ids: str) -> None:
        super().__init__(act, capacity=2)
        self.held = asyncio.Event()
        self._never = frozenset(batch_ids)

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        if request.batch_id in self._never:
            self.held.set()
            await asyncio.Event().wait()
        async with aclosing(super().execute(request)) as answers:
            async for answer in answers:
                yield answer


@dataclass
class Life:
    """One life of a daemon."""

    durable: DurableBatches
    runs: Runs
    executor: FakeExecutor
    engine: Engine
    writer: Writer

    async def watched(self, batch_id: str, after: int = 0) -> list[Told]:
        """All events of a batch, to its end."""
        return [told async for told in self.durable.events(batch_id, after)]


@asynccontextmanager
async def life(
    store: Store,
    executor: FakeExecutor | None = None,
    at_a_time: int = 4,
    alter: Callable[[Entry], Entry] = lambda entry: entry,
) -> AsyncIterator[Life]:
    """Live over a store until the block ends: go on with what is left there, then stop."""
    executor = executor or fake()
    served = engine(executor)
    writer = Writer(store, alter=alter)
    writer.start()
    recorder = Recorder(served, writer, "host:1")
    runs = Runs(recorder, store, Requests())
    durable = DurableBatches(recorder, store, Alone(recorder, store, runs, at_a_time))
    writer.on_commit(durable.committed)
    writer.on_drop(durable.dropped)
    try:
        await durable.resume()
        yield Life(durable, runs, executor, served, writer)
    finally:
        await durable.stop()
        await recorder.close(1.0)
        await writer.close()


async def until_asked(executor: FakeExecutor, count: int) -> None:
    """Wait until so many requests have come to the executor."""
    while len(executor.requests) < count:  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def until_running(daemon: Life, batch_id: str) -> None:
    """Wait until the store has it that a batch runs: it is written beside the run, which may be faster."""
    while (await daemon.durable.standing(batch_id)).row.state == "queued":  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def verdicts_in(events: Sequence[Told]) -> dict[str, Verdict]:
    results = [told.event.result for told in events if isinstance(told.event, CandidateFinished)]
    by_id = {result.candidate_id: result.verdict for result in results}
    assert len(by_id) == len(results), "a candidate has two results"
    return by_id


def end_in(events: Sequence[Told]) -> BatchFinished:
    last = events[-1].event
    assert isinstance(last, BatchFinished)
    return last
