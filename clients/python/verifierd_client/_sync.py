"""The client for ordinary code: `AsyncVerifier`, where each call blocks the thread that makes it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import ClassVar, Self, TypeVar

from verifierd_client import _blocking
from verifierd_client._async import DEFAULT_MESSAGE_BYTES, DEFAULT_RETRIES, AsyncVerifier
from verifierd_client._blocking import next_of, run
from verifierd_client._candidates import Program, listed
from verifierd_client._sync_results import SyncBatchWatch, SyncResultStream
from verifierd_client._waiting import Waits
from verifierd_client.completions import Extraction
from verifierd_client.durable import BatchState, DurableBatch
from verifierd_client.groups.blocking import SyncGroup
from verifierd_client.groups.call import GroupCall
from verifierd_client.groups.form import Form, GroupRequest
from verifierd_client.groups.stops import Stop
from verifierd_client.problems import Digest, Options, Problem
from verifierd_client.results import BatchResult, Capabilities
from verifierd_client.tls import Tls

Item = TypeVar("Item")


class _BlockingVerifier(AsyncVerifier):
    """One whose coroutines never wait for an event loop."""

    _waits: ClassVar[Waits] = _blocking

    def group_call(self, request: GroupRequest, timeout_s: float | None) -> GroupCall:
        """Return a group's call, not begun. Raises as `GroupRequest.call`."""
        return request.call(self._connection, self._patience(timeout_s))


class Verifier:
    """Verifies candidates on the server at `address`, HOST:PORT or unix:PATH.

    Safe to share between threads, to pickle, and to use on both sides of a fork. The arguments are those of
    `AsyncVerifier`.
    """

    def __init__(
        self,
        address: str,
        *,
        timeout_s: float | None = None,
        retries: int = DEFAULT_RETRIES,
        max_message_bytes: int = DEFAULT_MESSAGE_BYTES,
        tls: Tls | None = None,
        token: str | None = None,
    ) -> None:
        """Keep the settings; no connection is made."""
        self._verifier = _BlockingVerifier(
            address,
            timeout_s=timeout_s,
            retries=retries,
            max_message_bytes=max_message_bytes,
            tls=tls,
            token=token,
        )

    @property
    def address(self) -> str:
        """Return where the server is."""
        return self._verifier.address

    def verify(
        self,
        problem: Problem | Digest,
        candidates: Iterable[Program],
        options: Options | None = None,
        *,
        timeout_s: float | None = None,
        request_id: str | None = None,
    ) -> BatchResult:
        """Verify all candidates and return their results in the order in which they were given.

        Raises:
            VerifierError: see `verifierd_client.errors`.
        """
        return run(
            self._verifier.verify(
                problem, listed(candidates), options, timeout_s=timeout_s, request_id=request_id
            )
        )

    def stream(
        self,
        problem: Problem | Digest,
        candidates: Iterable[Program],
        options: Options | None = None,
        *,
        timeout_s: float | None = None,
        request_id: str | None = None,
    ) -> SyncResultStream:
        """Return an iterator over the results as they land.

        Raises:
            NotAValue: an argument of a CallTest has no typed form.
            NotACandidate: the candidates are no iterable of programs.
            OutOfRange: a number of the limits or options cannot be sent.
        """
        return SyncResultStream(
            self._verifier.stream(
                problem, listed(candidates), options, timeout_s=timeout_s, request_id=request_id
            )
        )

    def group(
        self,
        problem: Problem | Digest,
        n: int | None = None,
        *,
        stop: Stop | None = None,
        language: str = "python",
        extraction: Extraction = Extraction.LAST_BLOCK,
        prefix: str = "",
        options: Options | None = None,
        timeout_s: float | None = None,
        request_id: str | None = None,
    ) -> SyncGroup:
        """Return an open group, as `AsyncVerifier.group`. Raises the same."""
        form = Form(language, extraction, prefix)
        request = GroupRequest(problem, n, stop, form, options or Options(), request_id)
        return SyncGroup(self._verifier.group_call(request, timeout_s), form)

    def submit(
        self,
        problem: Problem | Digest,
        candidates: Iterable[Program],
        options: Options | None = None,
        *,
        labels: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        request_id: str | None = None,
    ) -> DurableBatch:
        """Hand a durable batch in, as `AsyncVerifier.submit`. Raises the same."""
        asked = self._verifier.submit(
            problem, candidates, options, labels=labels, timeout_s=timeout_s, request_id=request_id
        )
        return run(asked)

    def get(self, batch_id: str, *, timeout_s: float | None = None) -> DurableBatch:
        """Return how a durable batch stands. Raises VerifierError."""
        return run(self._verifier.get(batch_id, timeout_s=timeout_s))

    def watch(self, batch_id: str, *, after: int = 0, timeout_s: float | None = None) -> SyncBatchWatch:
        """Return an iterator over a durable batch's results, as `AsyncVerifier.watch`."""
        return SyncBatchWatch(self._verifier.watch(batch_id, after=after, timeout_s=timeout_s))

    def cancel(self, batch_id: str, reason: str = "", *, timeout_s: float | None = None) -> DurableBatch:
        """End a durable batch early, unless it has ended. Raises VerifierError."""
        return run(self._verifier.cancel(batch_id, reason, timeout_s=timeout_s))

    def batches(
        self,
        *,
        states: Iterable[BatchState] = (),
        problem_id: str = "",
        labels: Mapping[str, str] | None = None,
        submitted_from: datetime | None = None,
        submitted_until: datetime | None = None,
        timeout_s: float | None = None,
    ) -> Iterator[DurableBatch]:
        """Return an iterator over durable batches, as `AsyncVerifier.batches`. Raises the same."""
        found = self._verifier.batches(
            states=states,
            problem_id=problem_id,
            labels=labels,
            submitted_from=submitted_from,
            submitted_until=submitted_until,
            timeout_s=timeout_s,
        )
        return _each(found)

    def put_problem(self, problem: Problem, *, timeout_s: float | None = None) -> Digest:
        """Leave a problem with the server and return the digest that names it in later calls.

        Raises:
            VerifierError: see `verifierd_client.errors`.
        """
        return run(self._verifier.put_problem(problem, timeout_s=timeout_s))

    def capabilities(self, *, timeout_s: float | None = None) -> Capabilities:
        """Return what the server can do and allows.

        Raises:
            VerifierError: see `verifierd_client.errors`.
        """
        return run(self._verifier.capabilities(timeout_s=timeout_s))

    def close(self) -> None:
        """Close the connection; a later call opens it anew."""
        run(self._verifier.close())

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()


def _each(items: AsyncGenerator[Item, None]) -> Iterator[Item]:
    try:
        while (item := run(next_of(items))) is not None:
            yield item
    finally:
        run(items.aclose())
