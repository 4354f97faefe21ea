"""The client for asyncio."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, ClassVar, Self

from verifier.v1 import verifier_service_pb2 as wire
from verifierd_client import _awaiting, _durable
from verifierd_client._arguments import event_number_of, request_id_of, text_of
from verifierd_client._batch import BatchCall
from verifierd_client._calls import Patience, unary
from verifierd_client._candidates import Program, listed
from verifierd_client._connection import Connection
from verifierd_client._reading import read_capabilities
from verifierd_client._stream import ResultStream
from verifierd_client._token import check_token
from verifierd_client._waiting import Waits
from verifierd_client._watching import BatchWatch
from verifierd_client._writing import write_problem, write_spec
from verifierd_client.completions import Extraction
from verifierd_client.durable import BatchState, DurableBatch
from verifierd_client.groups.form import Form, GroupRequest
from verifierd_client.groups.group import Group
from verifierd_client.groups.stops import Stop
from verifierd_client.problems import Digest, Options, Problem
from verifierd_client.results import (
    BatchResult,
    Capabilities,
)
from verifierd_client.tls import Tls
from verifierd_client.tracing import trace_metadata

DEFAULT_RETRIES = 5
DEFAULT_MESSAGE_BYTES = 256 << 20


class AsyncVerifier:
    """Verifies candidates on the server at `address`, HOST:PORT or unix:PATH.

    Nothing is opened before the first call. It may be pickled, used in several event loops, and used on
    both sides of a fork, whatever is in flight at that moment. `timeout_s` bounds each call that brings no
    bound of its own (None: as long as it takes); `retries` bounds how often a call is repeated that the
    server has not begun. Without `tls` nothing is encrypted; a `token` says who calls, where the server asks.
    """

    _waits: ClassVar[Waits] = _awaiting

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
        """Keep the settings; no connection is made.

        Raises:
            ValueError: the address or the token is none, or the token would cross a network in the clear.
        """
        if ":" not in address or address.startswith(("http:", "https:")):
            raise ValueError(f"address must be HOST:PORT or unix:PATH, and is {address!r}")
        if token is not None:
            check_token(token, address, is_encrypted=tls is not None)
        self.address = address
        self.timeout_s = timeout_s
        self.retries = retries
        self.max_message_bytes = max_message_bytes
        self.tls = tls
        self._token = token
        self._connection = Connection(address, max_message_bytes, tls, token)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the settings, not the connection."""
        return {name: value for name, value in vars(self).items() if name != "_connection"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the settings; the connection is made at the first call."""
        self.__dict__.update(state)
        self._connection = Connection(self.address, self.max_message_bytes, self.tls, self._token)

    async def verify(
        self,
        problem: Problem | Digest,
        candidates: Iterable[Program] | AsyncIterable[Program],
        options: Options | None = None,
        *,
        timeout_s: float | None = None,
        request_id: str | None = None,
    ) -> BatchResult:
        """Verify all candidates and return their results in the order in which they were given.

        Raises:
            VerifierError: see `verifierd_client.errors`.
        """
        stream = self.stream(problem, candidates, options, timeout_s=timeout_s, request_id=request_id)
        async with stream:
            results = [result async for result in stream]
        return BatchResult(results=stream.in_order(results), summary=stream.summary)

    def stream(
        self,
        problem: Problem | Digest,
        candidates: Iterable[Program] | AsyncIterable[Program],
        options: Options | None = None,
        *,
        timeout_s: float | None = None,
        request_id: str | None = None,
    ) -> ResultStream:
        """Return an asynchronous iterator over the results as they land.

        Candidates may come from an async iterable: they are then verified while further ones are drawn.

        Raises:
            NotAValue: an argument of a CallTest has no typed form.
            NotACandidate: the candidates are no iterable of programs.
            OutOfRange: a number of the limits or options cannot be sent.
        """
        spec = write_spec(problem, options or Options())
        given = candidates if isinstance(candidates, AsyncIterable) else listed(candidates)
        call = BatchCall(spec, given, request_id_of(request_id))
        return ResultStream(self._connection, self._patience(timeout_s), call)

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
    ) -> Group:
        """Return an open group: samples are verified while the rest of them is still decoded.

        `n` is how many the sampler means to draw; None: not known, and `finish` or `result` ends the group.
        `stop` says when it has seen enough, such as `FirstPass() | Deadline(30)`. Texts that are submitted
        are completions in `language`, of which `extraction` says what the program is; `prefix` is put before.

        Raises:
            ValueError: `n` is below 1, or the stop contradicts the options.
            NotAValue: an argument of a CallTest has no typed form.
            OutOfRange: a number of the limits or options cannot be sent.
        """
        form = Form(language, extraction, prefix)
        request = GroupRequest(problem, n, stop, form, options or Options(), request_id)
        return Group(request.call(self._connection, self._patience(timeout_s)), form)

    async def submit(
        self,
        problem: Problem | Digest,
        candidates: Iterable[Program],
        options: Options | None = None,
        *,
        labels: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        request_id: str | None = None,
    ) -> DurableBatch:
        """Hand a batch in that the server finishes whoever still waits for it; return once it is stored.

        The same `request_id` with the same contents is the same batch, also in another process; None: a new
        one, which is still made once however often the call is repeated.

        Raises:
            RequestIdTaken: the request id names a batch with other contents.
            VerifierError: see `verifierd_client.errors`.
        """
        request = _durable.submission(problem, candidates, options or Options(), labels, request_id)
        return await _durable.submit(self._connection, self._patience(timeout_s), request)

    async def get(self, batch_id: str, *, timeout_s: float | None = None) -> DurableBatch:
        """Return how a durable batch stands. Raises VerifierError."""
        return await _durable.get(self._connection, self._patience(timeout_s), batch_id)

    def watch(self, batch_id: str, *, after: int = 0, timeout_s: float | None = None) -> BatchWatch:
        """Return an asynchronous iterator over a durable batch's results, of those to come as they land.

        `after` leaves out what was told up to that event: a `last_sequence` of an earlier watch. A lost
        connection is made anew, and once there was one, for as long as `timeout_s` allows.
        """
        named, number = text_of(batch_id, "batch_id"), event_number_of(after)
        return BatchWatch(self._connection, self._patience(timeout_s), named, number)

    async def cancel(
        self, batch_id: str, reason: str = "", *, timeout_s: float | None = None
    ) -> DurableBatch:
        """End a durable batch early, if it has not ended; the records keep `reason`. Raises VerifierError."""
        return await _durable.cancel(self._connection, self._patience(timeout_s), batch_id, reason)

    def batches(
        self,
        *,
        states: Iterable[BatchState] = (),
        problem_id: str = "",
        labels: Mapping[str, str] | None = None,
        submitted_from: datetime | None = None,
        submitted_until: datetime | None = None,
        timeout_s: float | None = None,
    ) -> AsyncGenerator[DurableBatch, None]:
        """Return an asynchronous iterator over the durable batches that match all of this, newest first.

        Raises:
            NotAnArgument: an argument is of another type.
            OutOfRange: a time has no zone, or a state is none that a batch can have.
        """
        request = _durable.listing(states, problem_id, labels, submitted_from, submitted_until)
        return _durable.batches(self._connection, self._patience(timeout_s), request)

    async def put_problem(self, problem: Problem, *, timeout_s: float | None = None) -> Digest:
        """Leave a problem with the server and return the digest that names it in later calls.

        Raises:
            VerifierError: see `verifierd_client.errors`.
        """
        request = wire.PutProblemRequest(problem=write_problem(problem))
        answer = await unary(
            self._connection,
            self._patience(timeout_s),
            lambda stub, left_s: stub.PutProblem.future(request, timeout=left_s, metadata=trace_metadata()),
        )
        return Digest(answer.digest.hash, answer.digest.size_bytes)

    async def capabilities(self, *, timeout_s: float | None = None) -> Capabilities:
        """Return what the server can do and allows.

        Raises:
            VerifierError: see `verifierd_client.errors`.
        """
        answer = await unary(
            self._connection,
            self._patience(timeout_s),
            lambda stub, left_s: stub.GetCapabilities.future(
                wire.GetCapabilitiesRequest(), timeout=left_s, metadata=trace_metadata()
            ),
        )
        return read_capabilities(answer)

    async def close(self) -> None:
        """Close the connection; a later call opens it anew."""
        self._connection.close()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        await self.close()

    def _patience(self, timeout_s: float | None) -> Patience:
        bound_s = self.timeout_s if timeout_s is None else timeout_s
        return Patience.starting_now(bound_s, self.retries, self._waits)
