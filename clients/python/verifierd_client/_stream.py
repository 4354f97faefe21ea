"""A batch's results as they land."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from types import TracebackType
from typing import Self

from verifierd_client._batch import BatchCall
from verifierd_client._calls import Patience
from verifierd_client._connection import Connection
from verifierd_client._reading import read_candidate_result, read_clusters, read_summary
from verifierd_client.errors import ForkError, UnreadableAnswer
from verifierd_client.results import BatchSummary, CandidateResult, Cluster, Usage, Verdict


class ResultStream:
    """A batch's results as they land; after the last one, `summary` holds the end of the batch.

    `stop_decided` is True once the server says that drawing further candidates is of no use; `clusters` are
    those of an open batch as they stood a short while ago. Leaving an `async with` block, or `aclose`,
    cancels what is left of the batch.
    """

    def __init__(self, connection: Connection, patience: Patience, call: BatchCall) -> None:
        """Begin nothing yet: the call starts with the first result that is asked for."""
        self.request_id = call.request_id
        self.batch_id = ""
        self.stop_decided = False
        self.clusters: tuple[Cluster, ...] = ()
        self._summary: BatchSummary | None = None
        self._is_over = self._is_cut_off = False
        self._positions = call.positions
        self._unseen = call.unseen
        self._tests_total = len(call.spec.problem.tests)
        self._events = call.events(connection, patience)
        self._pid = os.getpid()

    @property
    def summary(self) -> BatchSummary:
        """Return the end of the batch.

        Raises:
            RuntimeError: the results have not all been taken.
        """
        if self._summary is None:
            raise RuntimeError("the summary is there after the last result; take all results first")
        return self._summary

    def __aiter__(self) -> AsyncIterator[CandidateResult]:
        """Return itself: a stream is read once."""
        return self

    async def __anext__(self) -> CandidateResult:
        """Return the next result.

        Raises:
            VerifierError: see `verifierd_client.errors`.
            RuntimeError: an error or an interrupt has cut the stream off, or it is being read elsewhere.
        """
        if self._pid != os.getpid():
            raise ForkError("these results land in the process that asked for them, not in its forked child")
        if self._is_over:
            raise StopAsyncIteration
        if self._is_cut_off:
            raise RuntimeError(
                "an error or an interrupt has cut these results off, and the batch is to be asked for again; "
                "or somebody else is just reading them"
            )
        self._is_cut_off = True  # unless this comes to its end
        result = await self._next()
        self._is_cut_off, self._is_over = False, result is None
        if result is None:
            raise StopAsyncIteration
        return result

    async def _next(self) -> CandidateResult | None:
        async for event in self._events:
            match event.WhichOneof("event"):
                case "batch_accepted":
                    self.batch_id = event.batch_accepted.batch_id
                case "candidate_finished":
                    result = read_candidate_result(event.candidate_finished.result)
                    self._unseen.pop(result.candidate_id, None)
                    return result
                case "stop_decided":
                    self.stop_decided = True
                case "clusters_changed":
                    self.clusters = read_clusters(event.clusters_changed.clusters)
                case "batch_finished":
                    self._summary = read_summary(event.batch_finished.summary)
        if self._summary is None:
            raise UnreadableAnswer("the server ended the batch without a summary")
        return self._cancelled()

    def _cancelled(self) -> CandidateResult | None:
        """Return the result of a candidate of a list that was no longer sent; None after the last one."""
        if not self._unseen or self._summary is None:
            return None
        candidate_id, _ = self._unseen.popitem()
        counts = dict(self._summary.verdict_counts)
        counts[Verdict.CANCELLED] = counts.get(Verdict.CANCELLED, 0) + 1
        self._summary = replace(self._summary, verdict_counts=counts)
        return CandidateResult(
            candidate_id=candidate_id,
            verdict=Verdict.CANCELLED,
            detail=f"the batch was stopped ({self._summary.stop_reason.value.lower()}) before it was sent",
            duplicate_of="",
            executions=(),
            tests_passed=0,
            tests_total=self._tests_total,
            usage=Usage(0.0, 0.0, 0),
        )

    def in_order(self, results: list[CandidateResult]) -> tuple[CandidateResult, ...]:
        """Return all results of this stream in the order in which their candidates were given."""
        return tuple(
            sorted(results, key=lambda result: self._positions.get(result.candidate_id, len(results)))
        )

    async def aclose(self) -> None:
        """Cancel what is left of the batch; in a forked child it is left to the parent."""
        if self._pid == os.getpid():
            await self._events.aclose()
            self._is_over = True

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel what is left of the batch."""
        await self.aclose()
