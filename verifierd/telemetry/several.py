"""Observers that are told as one, such as the one that counts and the one that traces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from verifierd.model import Batch, Candidate, CandidateResult, Cost
from verifierd.observing import NOBODY, Call, Observer, Stage, Work


def observer_of(observers: Sequence[Observer]) -> Observer:
    """Return one observer for all of these."""
    if len(observers) == 1:
        return observers[0]
    return Several(observers) if observers else NOBODY


class Several(Observer):
    """Tells each of them, in order."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = tuple(observers)

    @contextmanager
    def call(self, method: str, traceparent: str) -> Iterator[Call]:
        """Have all of them watch a call; its trace is the one that any of them knows."""
        with ExitStack() as stack:
            yield _Calls([stack.enter_context(each.call(method, traceparent)) for each in self._observers])

    def batch_began(self, batch: Batch, candidates: int) -> None:
        """Tell all of them."""
        for each in self._observers:
            each.batch_began(batch, candidates)

    def traceparent(self, batch: Batch) -> str:
        """Return that of the one that traces."""
        return next(filter(None, (each.traceparent(batch) for each in self._observers)), "")

    def candidate_judged(
        self, batch: Batch, candidate: Candidate, queued_at_ns: int, result: CandidateResult, cost: Cost
    ) -> None:
        """Tell all of them."""
        for each in self._observers:
            each.candidate_judged(batch, candidate, queued_at_ns, result, cost)

    def batch_ended(self, batch: Batch, stop_reason: str, started_at_ns: int, ended_at_ns: int) -> None:
        """Tell all of them."""
        for each in self._observers:
            each.batch_ended(batch, stop_reason, started_at_ns, ended_at_ns)

    def stage_took(self, stage: Stage, seconds: float) -> None:
        """Tell all of them."""
        for each in self._observers:
            each.stage_took(stage, seconds)

    def judging_failed(self) -> None:
        """Tell all of them."""
        for each in self._observers:
            each.judging_failed()

    def work_done(self, work: Work) -> None:
        """Tell all of them."""
        for each in self._observers:
            each.work_done(work)

    def work_redelivered(self) -> None:
        """Tell all of them."""
        for each in self._observers:
            each.work_redelivered()

    def outcome_dropped(self) -> None:
        """Tell all of them."""
        for each in self._observers:
            each.outcome_dropped()


class _Calls(Call):
    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = calls
        self.trace_id = next((each.trace_id for each in calls if each.trace_id), "")

    def ended(self, code: str) -> None:
        for each in self._calls:
            each.ended(code)
