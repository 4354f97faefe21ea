"""Where the results of a batch land: each is counted once and told once, and no more than a reader takes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from structlog.typing import FilteringBoundLogger

from verifierd.batches.admission import Ticket
from verifierd.batches.arrivals import Arrivals, Arrived
from verifierd.batches.early_stop import EarlyStop
from verifierd.batches.pace import Pace
from verifierd.batches.stop_rules import StopRules
from verifierd.batches.suite import Progress
from verifierd.batches.tally import Tally
from verifierd.judging.candidates import Judging, cancelled
from verifierd.model import Batch, BatchEvent, CandidateFinished, CandidateResult, ClustersChanged, Cost
from verifierd.observing import Observer

Step = tuple[BatchEvent, ...]
"""Events that came to be in the same moment, such as the results of equal programs."""


@dataclass(slots=True)
class Unfinished:
    """A candidate without a result, and what has landed of it so far."""

    arrived: Arrived
    progress: Progress = field(default_factory=Progress)

    def cancelled(self, judging: Judging, why: str) -> CandidateResult:
        """Return the result of a candidate that is run no further; what had landed of it is kept."""
        progress = self.progress
        return cancelled(self.arrived.candidate.id, progress.executions, judging, why, progress.seen)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a batch's candidates without a result are: how many, and since when the first of them waits."""

    waiting: int
    running: int
    oldest_queued_at_ns: int | None


class Landing:
    """Between those who work on a batch and its one reader.

    A candidate takes room before it is taken in and leaves it when its result has been read: so neither a
    sampler nor a slow reader makes the batch grow in memory. `unfinished` are those taken in, by position.
    """

    def __init__(
        self,
        batch: Batch,
        observer: Observer,
        tally: Tally,
        stop: EarlyStop,
        stop_rules: StopRules,
        ticket: Ticket | None,
        results_ahead: int,
        log: FilteringBoundLogger,
    ) -> None:
        """`ticket` has the places of a closed batch; None: the batch is open, and its clusters are told."""
        self.unfinished: dict[int, Unfinished] = {}
        self._batch = batch
        self._observer = observer
        self._tally = tally
        self._stop = stop
        self._stop_rules = stop_rules
        self._ticket = ticket
        self._room = asyncio.Semaphore(results_ahead)
        self._view_pace = Pace(growth=1.5, last=tally.light_candidates)
        self._steps: asyncio.Queue[Step | None] = asyncio.Queue()
        self._log = log

    async def room(self) -> None:
        """Wait until one more candidate may be taken in."""
        await self._room.acquire()

    def takes_in(self, arrived: Arrived) -> Unfinished:
        """Expect the result of a candidate that there is room for."""
        unfinished = self.unfinished[arrived.position] = Unfinished(arrived)
        return unfinished

    def standing(self, arrivals: Arrivals, running: Collection[int]) -> Standing:
        """Return where those without a result are; `running` has the positions of those that run."""
        queued = [
            each.arrived.queued_at_ns for position, each in self.unfinished.items() if position not in running
        ]
        listed = arrivals.listed
        oldest = min([*queued, *([arrivals.opened_at_ns] if listed else [])], default=None)
        return Standing(len(queued) + listed, len(running), oldest)

    def named(self, candidate_id: str) -> Unfinished | None:
        """Return the candidate of this id; None where it has its result, or has not come."""
        found = (each for each in self.unfinished.values() if each.arrived.candidate.id == candidate_id)
        return next(found, None)

    def finish(self, arrived: Arrived, result: CandidateResult) -> None:
        """Count a result and tell of it, in a step of its own."""
        self.tell(*self.finished(arrived, result))

    def finished(self, arrived: Arrived, result: CandidateResult) -> Iterator[BatchEvent]:
        """Count a result, and yield what is to be told of it."""
        del self.unfinished[arrived.position]
        cost = self._tally.bill(arrived.candidate, result)
        self.count(arrived.position, result, cost)
        told = arrived.candidate, arrived.queued_at_ns, result, cost
        self._observer.candidate_judged(self._batch, *told)
        extracted = arrived.candidate.source if arrived.candidate.is_extracted else None
        yield CandidateFinished(result, cost, extracted)
        if self._ticket is None and self._view_pace.is_due(arrived.position + 1):
            yield ClustersChanged(self._tally.clusters())
        self._log.debug(
            "candidate_judged",
            candidate_id=result.candidate_id,
            verdict=result.verdict.name,
            duplicate_of=result.duplicate_of,
        )

    def count(self, position: int, result: CandidateResult, cost: Cost) -> None:
        """Count the result of the candidate at a place, and decide whether the batch has seen enough."""
        self._tally.add(position, result, cost)
        if self._ticket is not None:
            self._ticket.judged()
        self._stop.saw_candidate(result)
        if not self._stop.is_decided and (reason := self._stop_rules.reason(result)) is not None:
            self._stop.decide(reason)

    def tell(self, *events: BatchEvent) -> None:
        """Tell of events in one step."""
        self._steps.put_nowait(events)

    def end(self) -> None:
        """Say that no further steps come."""
        self._steps.put_nowait(None)

    async def next_step(self) -> Step | None:
        """Return what is told next, for which room is free again; None after the last step."""
        step = await self._steps.get()
        for event in step or ():
            if isinstance(event, CandidateFinished):
                self._room.release()
        return step
