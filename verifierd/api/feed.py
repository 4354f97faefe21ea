"""What a sampler sends while it decodes: candidates, and word of those that it has given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.convert.candidates import candidate_from_proto
from verifierd.api.convert.fields import chosen, refuse_others, shown, under
from verifierd.api.engine import Abilities
from verifierd.api.requests import BatchRequest
from verifierd.api.validate import CandidateCheck
from verifierd.errors import InvalidField, RequestRejected
from verifierd.model import Candidate

AHEAD = 64
"""Candidates read before the engine asks for them: word of one given up must not wait behind them."""
LARGE_BYTES = 1 << 16


class CandidateFeed:
    """An open batch's candidates in their order; beyond `AHEAD` of them, backpressure is gRPC's own.

    A rejection ends the feed; it is kept in `rejection`, whatever the engine makes of it.
    """

    def __init__(
        self,
        messages: AsyncIterator[wire.VerifyStreamRequest],
        abilities: Abilities,
        request: BatchRequest,
        give_up: Callable[[str], None],
    ) -> None:
        """Read from `messages`, whose first was the batch itself; `give_up` is told a candidate's id."""
        self._messages = messages
        self._bounds = abilities.bounds
        self._tags = abilities.fence_tags
        self._check = CandidateCheck(abilities, request.batch.problem, request.problem_bytes)
        self._give_up = give_up
        self._index = 0
        self._read: asyncio.Queue[Candidate | BaseException | None] = asyncio.Queue(AHEAD)
        self._reader: asyncio.Task[None] | None = None
        self.rejection: RequestRejected | None = None

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[CandidateFeed, None]:
        """Read while the block runs, from when the engine first asks: it knows the batch by then."""
        try:
            yield self
        finally:
            if self._reader is not None:
                self._reader.cancel()
                await asyncio.gather(self._reader, return_exceptions=True)

    def __aiter__(self) -> CandidateFeed:
        """Return itself: a feed is read once."""
        return self

    async def __anext__(self) -> Candidate:
        """Return the next candidate. Raises RequestRejected, and what reading from the caller raised."""
        if self._reader is None:
            self._reader = asyncio.create_task(self._read_all())
        item = await self._read.get()
        if item is None:
            raise StopAsyncIteration
        if isinstance(item, RequestRejected):
            self.rejection = item
        if isinstance(item, BaseException):
            raise item
        return item

    async def _read_all(self) -> None:
        last: BaseException | None = None
        try:
            async for message in self._messages:
                self._index += 1
                candidate = await self._candidate(message)
                if candidate is not None:
                    await self._read.put(candidate)
        except Exception as error:  # it is the engine's to see, after the candidates before it
            last = error
        await self._read.put(last)

    async def _candidate(self, message: wire.VerifyStreamRequest) -> Candidate | None:
        """Return the candidate in a message; None where it speaks of an earlier one. Raises InvalidField."""
        at = f"message[{self._index}]"
        kind = chosen(message, at, "message")
        if kind == "open":
            raise InvalidField(under(at, "open"), "the batch is open already", "candidate or cancel")
        if kind == "cancel":
            self._cancel(message.cancel, under(at, "cancel"))
            return None
        path = under(at, "candidate")
        read = partial(candidate_from_proto, message.candidate, path, self._bounds, self._tags)
        is_large = len(message.candidate.completion.text) > LARGE_BYTES
        candidate = await asyncio.to_thread(read) if is_large else read()
        self._check.check(candidate, path)
        return candidate

    def _cancel(self, message: wire.CancelCandidate, path: str) -> None:
        refuse_others(message, path, "candidate_id")
        if not self._check.knows(message.candidate_id):
            raise InvalidField(
                under(path, "candidate_id"),
                f"no candidate {shown(message.candidate_id)} was sent",
                "the id of one that was sent before",
            )
        self._give_up(message.candidate_id)
