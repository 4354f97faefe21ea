"""gRPC's blocking calls as they are, for coroutines that a thread runs by itself.

No event loop and no thread stands between the caller and what lands: each would have to be woken first. The
module is one of the two `Waits`; `_awaiting` is the other.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Generic, TypeVar

import grpc

Answer = TypeVar("Answer")
Response = TypeVar("Response")


def run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a coroutine that waits in no other way than this module's. Raises what it raises.

    Where an event loop runs, what is begun here is not that loop's to end.
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        work.send(None)
    except StopIteration as ended:
        answer: Answer = ended.value
        return answer
    finally:
        sys.set_asyncgen_hooks(*hooks)
    work.close()
    raise RuntimeError("a coroutine of the blocking client waits for an event loop")


async def next_of(items: AsyncIterator[Answer]) -> Answer | None:
    """Return the next item; None after the last one."""
    return await anext(items, None)


async def sleep(delay_s: float) -> None:
    """Wait so many seconds."""
    time.sleep(delay_s)  # noqa: ASYNC251 - blocking is the purpose


async def answer_of(call: grpc.Future[Answer]) -> Answer:
    """Return the answer of a unary call; an interrupt cancels it. Raises grpc.RpcError."""
    try:
        return call.result()
    except (KeyboardInterrupt, SystemExit):
        call.cancel()
        raise


def responses_of(call: grpc.CallIterator[Response]) -> _Responses[Response]:
    """Return what a streaming call brings."""
    return _Responses(call)


class _Responses(AsyncIterator[Response], Generic[Response]):
    """What a streaming call brings, read by who asks for it."""

    def __init__(self, call: grpc.CallIterator[Response]) -> None:
        """Read nothing yet."""
        self._call = call
        self._pid = os.getpid()

    async def __anext__(self) -> Response:
        """Return the next response. Raises grpc.RpcError where the call failed."""
        for response in self._call:
            return response
        raise StopAsyncIteration

    def close(self) -> None:
        """Cancel what is left of the call; in a forked child, whose end may come here, it is the parent's."""
        if self._pid == os.getpid():
            self._call.cancel()  # type: ignore[no-untyped-call]
