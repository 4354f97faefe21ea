"""One call from start to end: deadline, retries of what is safe to repeat, errors by their names."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

import grpc

from verifier.v1 import batch_pb2, result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd_client._awaiting import Requests, Responses, answer_of
from verifierd_client._connection import Connection
from verifierd_client._rejections import error_of
from verifierd_client._writing import Program, checked, write_candidate
from verifierd_client.errors import ConnectionFailed, ServerBusy, VerifierError
from verifierd_client.problems import Candidate

Answer = TypeVar("Answer")

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5.0
LARGEST_MESSAGE_BYTES = 4 << 20
"""A closed batch above this size is sent candidate by candidate, so that no server's limit is met."""


@dataclass(frozen=True)
class Patience:
    """How long a call may take, and how often it is repeated while nothing of it has begun."""

    ends_at: float | None
    retries: int
    address: str

    @classmethod
    def starting_now(cls, timeout_s: float | None, retries: int, address: str) -> Patience:
        """Begin a call that may take `timeout_s` seconds; None: as long as it takes."""
        return cls(None if timeout_s is None else time.monotonic() + timeout_s, retries, address)

    def left_s(self) -> float | None:
        """Return the seconds that are left; None: no bound."""
        return None if self.ends_at is None else max(0.0, self.ends_at - time.monotonic())

    async def wait(self, attempt: int, error: VerifierError) -> None:
        """Wait before the next attempt. Raises the error where there is to be none."""
        if not isinstance(error, ConnectionFailed) or attempt >= self.retries:
            raise error
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2**attempt)
        delay_s *= random.uniform(0.5, 1.0)  # noqa: S311 (spreads clients, hides nothing)
        if isinstance(error, ServerBusy):
            delay_s = max(delay_s, error.retry_after_s)
        left_s = self.left_s()
        if left_s is not None and left_s <= delay_s:
            raise error
        await asyncio.sleep(delay_s)


async def unary(
    connection: Connection,
    patience: Patience,
    method: Callable[[VerifierServiceStub, float | None], grpc.Future[Answer]],
) -> Answer:
    """Make a call that is safe to repeat, and return its answer. Raises VerifierError."""
    attempt = 0
    while True:
        try:
            return await answer_of(method(connection.stub(), patience.left_s()))
        except grpc.RpcError as status:
            error = error_of(status, connection.address)
        await patience.wait(attempt, error)
        attempt += 1


@dataclass
class BatchCall:
    """A batch to be run: its rules, its candidates, and the name under which it is safe to repeat.

    `positions` says of each candidate that was sent which one it was. `enough` is set once the server
    needs no more of them; `source_error` is what the caller's own source of candidates raised.
    """

    spec: batch_pb2.BatchSpec
    candidates: Sequence[Candidate] | AsyncIterable[Program]
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    positions: dict[str, int] = field(default_factory=dict)
    enough: bool = False
    source_error: BaseException | None = None

    async def events(
        self, connection: Connection, patience: Patience
    ) -> AsyncGenerator[result_pb2.VerifyEvent, None]:
        """Yield the batch's events. It is repeated only while the server has not accepted it.

        Raises:
            VerifierError: the batch was refused, cut off or did not end in time.
        """
        written = self._written()
        attempt = 0
        while True:
            begun = False
            try:
                async with aclosing(self._attempt(connection, patience, written)) as events:
                    async for event in events:
                        begun = True
                        yield event
                return
            except grpc.RpcError as status:
                error = error_of(status, connection.address)
            if begun:
                raise error
            await patience.wait(attempt, error)
            attempt += 1

    def _written(self) -> list[batch_pb2.Candidate] | None:
        """Return the messages of candidates that are all there; None where they come as they are drawn."""
        if isinstance(self.candidates, AsyncIterable):
            return None
        return [self._write(each, index) for index, each in enumerate(self.candidates)]

    def _write(self, candidate: Candidate, index: int) -> batch_pb2.Candidate:
        message = write_candidate(candidate, index)
        self.positions.setdefault(message.id, index)
        return message

    async def _attempt(
        self, connection: Connection, patience: Patience, written: list[batch_pb2.Candidate] | None
    ) -> AsyncGenerator[result_pb2.VerifyEvent, None]:
        stub, left_s = connection.stub(), patience.left_s()
        if written is not None and self._fits_one_message(written):
            request = wire.VerifyRequest(request_id=self.request_id, batch=self.spec, candidates=written)
            closed = Responses(stub.Verify(request, timeout=left_s))
            try:
                async for answer in closed:
                    yield answer.event
            finally:
                closed.close()
            return
        requests: Requests[wire.VerifyStreamRequest] = Requests()
        responses = Responses(stub.VerifyStream(requests, timeout=left_s))
        writer = asyncio.create_task(self._write_all(requests, written, accepted := asyncio.Event()))
        writer.add_done_callback(lambda _: responses.close() if self.source_error else None)
        try:
            async for response in responses:
                accepted.set()
                stop = response.event.stop_decided
                if response.event.HasField("stop_decided") and not stop.candidate_ids:
                    self.enough = True
                yield response.event
        except grpc.RpcError:
            if self.source_error is not None:
                raise self.source_error from None
            raise
        finally:
            responses.close()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            requests.close()
            self.source_error = None  # raised by now, or no more than this cancelling of the writer

    def _fits_one_message(self, written: list[batch_pb2.Candidate]) -> bool:
        return self.spec.ByteSize() + sum(each.ByteSize() for each in written) <= LARGEST_MESSAGE_BYTES

    async def _write_all(
        self,
        requests: Requests[wire.VerifyStreamRequest],
        written: list[batch_pb2.Candidate] | None,
        accepted: asyncio.Event,
    ) -> None:
        """Write the batch, then its candidates; none is drawn before the server has accepted the batch."""
        opening = wire.OpenBatch(request_id=self.request_id, batch=self.spec)
        if written is not None:
            opening.expected_candidates = len(written)
        try:
            await requests.put(wire.VerifyStreamRequest(open=opening))
            await accepted.wait()
            async for message in self._all_of(written):
                await requests.put(wire.VerifyStreamRequest(candidate=message))
        except BaseException as error:  # the caller's source failed, or was cancelled by itself
            self.source_error = error
            raise
        requests.close()

    async def _all_of(self, written: list[batch_pb2.Candidate] | None) -> AsyncIterator[batch_pb2.Candidate]:
        """Yield candidates, drawn ones until the server has enough. Raises what their source raises."""
        if isinstance(self.candidates, AsyncIterable):
            index = 0
            async for candidate in self.candidates:
                if self.enough:
                    return
                yield self._write(checked(candidate, index), index)
                index += 1
        for message in written or ():
            yield message
