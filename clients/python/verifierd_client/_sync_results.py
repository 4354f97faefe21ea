"""Results for ordinary code as they land: each is waited for in the thread that asks."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from verifierd_client._blocking import next_of, run
from verifierd_client._stream import ResultStream
from verifierd_client._watching import BatchWatch
from verifierd_client.results import BatchSummary, CandidateResult

Source = TypeVar("Source", bound=ResultStream | BatchWatch)


class SyncResults(Generic[Source]):
    """What both kinds have in common; each says what it is for, and what closing it ends."""

    def __init__(self, results: Source) -> None:
        """Begin nothing yet: the call starts with the first result that is asked for."""
        self._results = results

    @property
    def batch_id(self) -> str:
        """Return the server's name for the batch; empty where it has none before the first result."""
        return self._results.batch_id

    @property
    def summary(self) -> BatchSummary:
        """Return the end of the batch. Raises RuntimeError before the last result was taken."""
        return self._results.summary

    def __iter__(self) -> Iterator[CandidateResult]:
        """Return itself: the results are read once."""
        return self

    def __next__(self) -> CandidateResult:
        """Return the next result. Raises VerifierError."""
        result = run(next_of(self._results))
        if result is None:
            raise StopIteration
        return result

    def close(self) -> None:
        """Take no more results."""
        run(self._results.aclose())

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take no more results."""
        self.close()


class SyncResultStream(SyncResults[ResultStream]):
    """A batch's results as they land; after the last one, `summary` holds the end of the batch.

    One thread at a time may use it. Leaving a `with` block, or `close`, cancels what is left of the batch.
    """

    @property
    def request_id(self) -> str:
        """Return the name under which the request is found in the server's log."""
        return self._results.request_id


class SyncBatchWatch(SyncResults[BatchWatch]):
    """A durable batch's results; after the last one, `summary` holds the end of the batch.

    One thread at a time may use it. Leaving a `with` block, or `close`, ends the watching and not the batch.
    """

    @property
    def last_sequence(self) -> int:
        """Return the number of the newest event that was taken."""
        return self._results.last_sequence
