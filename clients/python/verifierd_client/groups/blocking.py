"""A group for ordinary code: each wait blocks the thread that waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self, TypeVar

from verifierd_client.groups.form import OpenGroup
from verifierd_client.results import BatchResult, CandidateResult, StopReason

Found = TypeVar("Found")


class SyncGroup(OpenGroup):
    """As `Group`. Several threads may submit, cancel and wait."""

    def __enter__(self) -> Self:
        """Open the group, and wait until the server has taken it. Raises VerifierError."""
        self._changed = threading.Condition()
        self._call.changed = self._tell
        self._call.begin()
        try:
            self._until(lambda: self._ledger.is_accepted or None)
        except BaseException:
            self._call.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel what is left."""
        self.close()

    def __iter__(self) -> Iterator[CandidateResult]:
        """Return itself: a group is read once."""
        return self

    def __next__(self) -> CandidateResult:
        """Return the next result. Raises VerifierError."""
        landed = self._until(self._own().next_landed)
        if not isinstance(landed, CandidateResult):
            raise StopIteration
        return landed

    def stop_decided(self, timeout_s: float | None = None) -> StopReason | None:
        """Wait until decoding is of no use any more, and return why; None where the group ended by itself.

        Raises:
            TimeoutError: it is still of use after `timeout_s` seconds.
            VerifierError: the group failed.
        """
        self._own()
        self._until(lambda: self._is_decided, timeout_s)
        return self._ledger.stopped

    def result(self) -> BatchResult:
        """Say that no more samples come, wait for the end, and return all results by index, and the summary.

        Raises:
            VerifierError: the group failed.
        """
        self._own().finish()
        summary = self._until(lambda: self._ledger.summary)
        return BatchResult(self._ledger.results(), summary)

    def close(self) -> None:
        """Cancel what is left of the group; in a forked child it is left to the parent."""
        if self._is_own:
            self._call.close()

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _until(self, found: Callable[[], Found | None], timeout_s: float | None = None) -> Found:
        """Wait until there is something. Raises what the group failed by, where nothing more can come."""
        with self._changed:
            value: Found | None = None

            def is_there() -> bool:
                nonlocal value
                value = found()
                return value is not None or self._ledger.error is not None

            if not self._changed.wait_for(is_there, timeout_s):
                raise TimeoutError(f"the group goes on after {timeout_s} s")
        if value is None:
            raise self._ledger.error or RuntimeError("the group failed without an error")
        return value
