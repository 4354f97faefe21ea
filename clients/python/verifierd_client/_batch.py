"""The call of one batch, in the form that fits its candidates: one message, a list, or as they are drawn."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import grpc

from verifier.v1 import batch_pb2, result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd_client._awaiting import Requests
from verifierd_client._calls import Patience
from verifierd_client._candidates import Program, checked, write_candidate
from verifierd_client._connection import Connection
from verifierd_client._rejections import error_of
from verifierd_client.completions import Completion
from verifierd_client.problems import Candidate
from verifierd_client.tracing import trace_metadata

LARGEST_MESSAGE_BYTES = 4 << 20
"""A closed batch above this size is sent candidate by candidate, so that no server's limit is met."""

Events = AsyncGenerator[result_pb2.VerifyEvent, None]


@dataclass
class BatchCall:
    """A batch to be run: its rules, its candidates, and the name under which it is safe to repeat.

    `positions` says of each candidate that was sent which one it was; `unseen` are those of a list that are
    to be sent one by one, for who takes results to take out. `enough` is set once the server needs no more of
    them; `source_error` is what the caller's own source of candidates raised.
    """

    spec: batch_pb2.BatchSpec
    candidates: Sequence[Candidate | Completion] | AsyncIterable[Program]
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    positions: dict[str, int] = field(default_factory=dict)
    unseen: dict[str, None] = field(default_factory=dict)
    enough: bool = False
    source_error: BaseException | None = None

    async def events(self, connection: Connection, patience: Patience) -> Events:
        """Yield the batch's events. It is repeated only while the server has not accepted it.

        Candidates that are drawn need an event loop.

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

    def _write(self, candidate: Candidate | Completion, index: int) -> batch_pb2.Candidate:
        message = write_candidate(candidate, index)
        self.positions.setdefault(message.id, index)
        return message

    def _attempt(
        self, connection: Connection, patience: Patience, written: list[batch_pb2.Candidate] | None
    ) -> Events:
        stub = connection.stub()
        if isinstance(self.candidates, AsyncIterable):
            return self._as_drawn(stub, patience, self.candidates)
        written = written or []
        return (self._whole if self._fits_one_message(written) else self._listed)(stub, patience, written)

    def _fits_one_message(self, written: list[batch_pb2.Candidate]) -> bool:
        return self.spec.ByteSize() + sum(each.ByteSize() for each in written) <= LARGEST_MESSAGE_BYTES

    async def _whole(
        self, stub: VerifierServiceStub, patience: Patience, written: list[batch_pb2.Candidate]
    ) -> Events:
        request = wire.VerifyRequest(request_id=self.request_id, batch=self.spec, candidates=written)
        responses = patience.waits.responses_of(
            stub.Verify(request, timeout=patience.left_s(), metadata=trace_metadata())
        )
        try:
            async for response in responses:
                yield response.event
        finally:
            responses.close()

    async def _listed(
        self, stub: VerifierServiceStub, patience: Patience, written: list[batch_pb2.Candidate]
    ) -> Events:
        self.unseen.update(dict.fromkeys(each.id for each in reversed(written)))
        opening = wire.OpenBatch(
            request_id=self.request_id, batch=self.spec, expected_candidates=len(written)
        )
        requests = _ListedRequests(opening, written)
        responses = patience.waits.responses_of(
            stub.VerifyStream(requests, timeout=patience.left_s(), metadata=trace_metadata())
        )
        try:
            async for response in responses:
                requests.go_on()
                yield response.event
        finally:
            responses.close()
            requests.close()

    async def _as_drawn(
        self, stub: VerifierServiceStub, patience: Patience, source: AsyncIterable[Program]
    ) -> Events:
        requests: Requests[wire.VerifyStreamRequest] = Requests()
        responses = patience.waits.responses_of(
            stub.VerifyStream(requests, timeout=patience.left_s(), metadata=trace_metadata())
        )
        writer = asyncio.create_task(self._write_drawn(requests, source, accepted := asyncio.Event()))
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

    async def _write_drawn(
        self,
        requests: Requests[wire.VerifyStreamRequest],
        source: AsyncIterable[Program],
        accepted: asyncio.Event,
    ) -> None:
        """Write the batch, then its candidates; none is drawn before the server has accepted the batch."""
        opening = wire.OpenBatch(request_id=self.request_id, batch=self.spec)
        try:
            await requests.put(wire.VerifyStreamRequest(open=opening))
            await accepted.wait()
            async for message in self._drawn(source):
                await requests.put(wire.VerifyStreamRequest(candidate=message))
        except BaseException as error:  # the caller's source failed, or was cancelled by itself
            self.source_error = error
            raise
        requests.close()

    async def _drawn(self, source: AsyncIterable[Program]) -> AsyncIterator[batch_pb2.Candidate]:
        """Yield candidates until the server has enough. Raises what their source raises."""
        index = 0
        async for candidate in source:
            if self.enough:
                return
            yield self._write(checked(candidate, index), index)
            index += 1


class _ListedRequests(Iterator[wire.VerifyStreamRequest]):
    """The batch, and its candidates once the server has accepted it: taken out by a thread of gRPC's."""

    def __init__(self, opening: wire.OpenBatch, written: Sequence[batch_pb2.Candidate]) -> None:
        """Hold all of them."""
        self._opening: wire.OpenBatch | None = opening
        self._left = iter(written)
        self._accepted = threading.Event()

    def go_on(self) -> None:
        """Send the candidates."""
        self._accepted.set()

    def close(self) -> None:
        """Send nothing more."""
        self._left = iter(())
        self._accepted.set()

    def __next__(self) -> wire.VerifyStreamRequest:
        """Return the next request, waiting for it."""
        opening, self._opening = self._opening, None
        if opening is not None:
            return wire.VerifyStreamRequest(open=opening)
        self._accepted.wait()
        return wire.VerifyStreamRequest(candidate=next(self._left))
