"""Batches on record: an engine that tells the audit store of each batch as it begins, lands and ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from verifierd.audit.entries import Asker, BatchAbandoned, BatchBegun, CandidateJudged, Committed, Entry
from verifierd.audit.errors import StoreError
from verifierd.batches.arrivals import Candidates
from verifierd.batches.chronicle import Chronicle
from verifierd.batches.engine import Engine
from verifierd.errors import RecordsUnavailable, RequestRejected
from verifierd.logs import get_logger
from verifierd.model import Batch, BatchAccepted, BatchEvent, BatchFinished, Digest

NOBODY = Asker()
_log = get_logger(__name__)
NO_DIGEST = Digest("", 0)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from, for its records.

    Attributes:
        asker: who asks.
        labels: the caller's own words about it.
        problem: the problem's message, which a candidate can be run against again.
        problem_digest: what the problem goes by.
    """

    asker: Asker = NOBODY
    labels: Mapping[str, str] = field(default_factory=dict)
    problem: bytes = b""
    problem_digest: Digest = NO_DIGEST


NO_ORIGIN = Origin()


class Scribe(Protocol):
    """Writes entries into the store, in order."""

    @property
    def trouble(self) -> str | None:
        """Return why nothing can be written at the moment, as a sentence; None when all is well."""
        ...

    @property
    def front_end(self) -> str:
        """Return the name by which this daemon has batches in hand."""
        ...

    async def put(self, *entries: Entry) -> None:
        """Take entries, those of one call for one transaction; wait while there is no room."""
        ...

    async def committed(self, *entries: Entry) -> tuple[int | None, ...]:
        """Take entries and wait until they are in the store. Raises EntryRefused.

        Returns:
            The numbers of their records; None for one that was dropped: it was told before, or is of a
            durable batch that another front end has in hand.
        """
        ...

    async def flush(self) -> None:
        """Wait until all that was put is in the store."""
        ...


def refuse_in_trouble(scribe: Scribe) -> None:
    """Raise RecordsUnavailable where the store cannot be written: what is begun could not be kept."""
    if scribe.trouble is not None:
        raise RecordsUnavailable(scribe.trouble)


def begun_entry(
    batch: Batch,
    candidates_total: int,
    origin: Origin,
    now_ns: int,
    *,
    is_durable: bool = False,
    front_end: str = "",
) -> BatchBegun:
    """Return the entry that a batch begins with. `front_end` runs it; a durable one's will be known later."""
    return BatchBegun(
        batch_id=batch.id,
        request_id=batch.request_id,
        asker=origin.asker,
        is_durable=is_durable,
        problem_id=batch.problem.id,
        problem_sha256=origin.problem_digest.hash,
        problem_size_bytes=origin.problem_digest.size_bytes,
        limits=batch.problem.limits,
        options=batch.options,
        selection=batch.selection,
        submitted_at_ns=now_ns,
        candidates_total=candidates_total,
        deadline_at_ns=batch.deadline_at_ns,
        labels=origin.labels,
        problem=origin.problem,
        front_end=front_end,
        priority=batch.priority,
    )


class Recorder:
    """Puts the batches of one engine on record."""

    def __init__(
        self, engine: Engine, scribe: Scribe, worker_id: str, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        """`worker_id` names whose sandboxes the engine runs in; `clock_ns` gives epoch nanoseconds."""
        self.engine = engine
        self.scribe = scribe
        self.worker_id = worker_id
        self.clock_ns = clock_ns
        self._last_words: set[asyncio.Task[None]] = set()

    def on_behalf_of(self, origin: Origin) -> RecordedEngine:
        """Return the engine for one batch of this origin."""
        return RecordedEngine(self, origin)

    def tell_last(self, entry: Entry) -> None:
        """Tell the store without waiting, as somebody does who is being cancelled."""
        task = asyncio.create_task(self.scribe.put(entry))
        self._last_words.add(task)
        task.add_done_callback(self._last_words.discard)

    async def close(self, timeout_s: float) -> None:
        """Wait until the store has taken all last words, for so many seconds."""
        if self._last_words:
            _, left = await asyncio.wait(self._last_words, timeout=timeout_s)
            for task in left:
                task.cancel()


class RecordedEngine:
    """An engine for one batch, which waits for room with the store's writer and never for a commit."""

    def __init__(self, recorder: Recorder, origin: Origin) -> None:
        self._recorder = recorder
        self._origin = origin

    async def run(self, batch: Batch, candidates: Candidates) -> AsyncGenerator[BatchEvent, None]:
        """Yield a batch's events as `Engine.run` does.

        Raises:
            RecordsUnavailable: before the first event, where nothing can be written at the moment.
            Exception: what `Engine.run` raises.
        """
        recorder, is_open = self._recorder, False
        refuse_in_trouble(recorder.scribe)
        chronicle = Chronicle(batch.id, candidates, recorder.worker_id, recorder.clock_ns)
        try:
            async with aclosing(recorder.engine.steps(batch, chronicle.candidates)) as steps:
                async for step in steps:
                    first, entries = step[0], chronicle.entries(step)
                    if isinstance(first, BatchAccepted):
                        total, now_ns = first.candidates_total, recorder.clock_ns()
                        front_end = recorder.scribe.front_end
                        begun = begun_entry(batch, total, self._origin, now_ns, front_end=front_end)
                        entries = (begun, *entries)
                        is_open = True
                    if entries:
                        await recorder.scribe.put(*entries)
                    if isinstance(first, BatchFinished):
                        is_open = False
                    for event in step:
                        yield event
        except BaseException as error:
            if is_open:
                recorder.tell_last(BatchAbandoned(batch.id, recorder.clock_ns(), why_abandoned(error)))
            raise

    def give_up(self, batch_id: str, candidate_id: str) -> None:
        """Cancel one candidate of a batch in flight, unless it has its verdict."""
        self._recorder.engine.give_up(batch_id, candidate_id)


def log_committed(committed: Sequence[Committed]) -> None:
    """Log under which ids the executions of candidates are found in the store; for `Writer.on_commit`."""
    for each in committed:
        if isinstance(judged := each.entry, CandidateJudged):
            ran = 0 if judged.result.duplicate_of else len(judged.result.executions)
            _log.debug(
                "candidate_recorded",
                batch_id=judged.batch_id,
                candidate_id=judged.candidate.id,
                record=each.sequence,
                executions=[f"{each.sequence}.{place}" for place in range(ran)],
            )


def why_abandoned(error: BaseException) -> str:
    """Return why a batch came to no end of its own."""
    if isinstance(error, RequestRejected):
        return f"it was refused: {error}"
    if isinstance(error, StoreError):
        return str(error)
    if isinstance(error, GeneratorExit | asyncio.CancelledError):
        return "its caller went away"
    return f"the service failed on it ({type(error).__name__}); its log says more"
