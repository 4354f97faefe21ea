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

Events = AsyncGenerator[result_pb2.VerifyEvent, None]


class BatchWatch:
    """A durable batch's results; after the last one, `summary` holds the end of the batch.

    `last_sequence` numbers the newest event that was taken: another watch may go on after it, in another
    process or another year. Leaving an `async with` block, or `aclose`, ends the watching and not the batch.
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
        """
        if self._pid != os.getpid():
            raise ForkError("these results land in the process that watches them, not in its forked child")
        async for event in self._events:
            self.last_sequence = event.sequence
            kind = event.WhichOneof("event")
            if kind == "candidate_finished":
                return read_candidate_result(event.candidate_finished.result)
            if kind == "batch_finished":
                self._summary = read_summary(event.batch_finished.summary)
        raise StopAsyncIteration

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
        responses = patience.waits.responses_of(stub.WatchBatch(request, timeout=patience.left_s()))
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
