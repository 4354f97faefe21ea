"""The two ways in which a call may wait: for an event loop, or in the thread that makes it."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Protocol, TypeVar

import grpc

Answer = TypeVar("Answer")
Response = TypeVar("Response")
Landing = TypeVar("Landing", covariant=True)


class Responses(AsyncIterable[Landing], Protocol[Landing]):
    """What a streaming call brings. Raises grpc.RpcError where the call failed."""

    def close(self) -> None:
        """Cancel what is left of the call."""
        ...


class Waits(Protocol):
    """All that a call has to wait for."""

    async def sleep(self, delay_s: float) -> None:
        """Wait so many seconds."""
        ...

    async def answer_of(self, call: grpc.Future[Answer]) -> Answer:
        """Return the answer of a unary call. Raises grpc.RpcError."""
        ...

    def responses_of(self, call: grpc.CallIterator[Response]) -> Responses[Response]:
        """Return what a streaming call brings."""
        ...
