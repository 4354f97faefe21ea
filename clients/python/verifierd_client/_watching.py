"""A durable batch's results as they land: a lost connection is made anew, and nothing is told twice."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Self

import grpc

from verifier.v1 import result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd_client._calls import Patience
from verifierd_client._connection import Connection
from verifierd_client._reading import read_candidate_result, read_summary
from verifierd_client._rejections import error_of
from verifierd_client.errors import ForkError, UnreadableAnswer
from verifierd_client.results import BatchSummary, CandidateResult
from verifierd_client.tracing import trace_metadata

Events = AsyncGenerator[result_pb2.VerifyEvent, None]


class BatchWatch:
    """A durable batch's results; after the last one, `summary` holds the end of the batch.

    `last_sequence` numbers the newest event that was taken: another watch may go on after it, in another
    process or another year. So does this one after an error or an interrupt: asked again, it goes on with the
    result that was to come. Leaving an `async with` block, or `aclose`, ends the watching and not the batch.
    """

    def __init__(self, connection: Connection, patience: Patience, batch_id: str, after: int) -> None:
        """Begin nothing yet: the call starts with the first result that is asked for."""
        self.batch_id = batch_id
        self.last_sequence = after
        self._after = after
        self._connection = connection
        self._patience = patience
        self._summary: BatchSummary | None = None
        self._events = self._all_events()
        self._is_read = False
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
        """Return itself: a watch is read once."""
        return self

    async def __anext__(self) -> CandidateResult:
        """Return the next result.

        Raises:
            BatchFailed: the batch came to no end of its own.
            VerifierError: see `verifierd_client.errors`.
            RuntimeError: somebody else is just reading these results.
        """
        if self._pid != os.getpid():
            raise ForkError("these results land in the process that watches them, not in its forked child")
        if self._is_read:
            raise RuntimeError("somebody else is just reading these results; give each reader its own watch")
        self._is_read = True
        try:
            result = await self._next()
        except BaseException:
            await self._begin_anew()
            raise
        finally:
            self._is_read = False
        if result is None:
            raise StopAsyncIteration
        return result

    async def _next(self) -> CandidateResult | None:
        """Return the next result; None after the last one. An event counts as taken once it is read."""
        async for event in self._events:
            result = None
            match event.WhichOneof("event"):
                case "candidate_finished":
                    result = read_candidate_result(event.candidate_finished.result)
                case "batch_finished":
                    self._summary = read_summary(event.batch_finished.summary)
            self.last_sequence = event.sequence
            if result is not None:
                return result
        return None

    async def _begin_anew(self) -> None:
        """Watch from after the last event that was taken: what an error came out of looks like an end."""
        cut_off = self._events
        if self._summary is None:
            self._events = self._all_events()
        await cut_off.aclose()

    async def _all_events(self) -> Events:
        """Yield the events to the last. While some come, the server is waited for as long as may be."""
        attempt, patience = 0, self._patience
        while True:
            try:
                async with aclosing(self._attempt()) as events:
                    async for event in events:
                        attempt, patience = 0, self._patience.without_end()
                        yield event
                        if event.HasField("batch_finished"):
                            return
                if self.last_sequence == self._after > 0:
                    return  # an earlier watch had taken all there is
                raise UnreadableAnswer("the server ended the watching before the end of the batch")
            except grpc.RpcError as status:
                error = error_of(status, self._connection.address)
            await patience.wait(attempt, error)
            attempt += 1

    async def _attempt(self) -> Events:
        request = wire.WatchBatchRequest(batch_id=self.batch_id, after_sequence=self.last_sequence)
        stub, patience = self._connection.stub(), self._patience
        responses = patience.waits.responses_of(
            stub.WatchBatch(request, timeout=patience.left_s(), metadata=trace_metadata())
        )
        try:
            async for response in responses:
                yield response.event
        finally:
            responses.close()

    async def aclose(self) -> None:
        """Watch no longer; the batch goes on."""
        if self._pid == os.getpid():
            await self._events.aclose()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Watch no longer."""
        await self.aclose()
