"""A durable batch's results for ordinary code: each is waited for in the thread that asks."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from verifierd_client._blocking import next_of, run
from verifierd_client._watching import BatchWatch
from verifierd_client.results import BatchSummary, CandidateResult


class SyncBatchWatch:
    """A durable batch's results; after the last one, `summary` holds the end of the batch.

    One thread at a time may use it. Leaving a `with` block, or `close`, ends the watching and not the batch.
    """

    def __init__(self, watch: BatchWatch) -> None:
        """Begin nothing yet: the call starts with the first result that is asked for."""
        self._watch = watch

    @property
    def batch_id(self) -> str:
        """Return the server's name for the batch."""
        return self._watch.batch_id

    @property
    def last_sequence(self) -> int:
        """Return the number of the newest event that was taken."""
        return self._watch.last_sequence

    @property
    def summary(self) -> BatchSummary:
        """Return the end of the batch. Raises RuntimeError before the last result was taken."""
        return self._watch.summary

    def __iter__(self) -> Iterator[CandidateResult]:
        """Return itself: a watch is read once."""
        return self

    def __next__(self) -> CandidateResult:
        """Return the next result. Raises VerifierError."""
        result = run(next_of(self._watch))
        if result is None:
            raise StopIteration
        return result

    def close(self) -> None:
        """Watch no longer; the batch goes on."""
        run(self._watch.aclose())

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Watch no longer."""
        self.close()
