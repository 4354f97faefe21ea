"""gRPC's blocking calls, awaited: threads hand what they bring to the event loop, and take what it sends.

Nothing here blocks the event loop, and nothing piles up: who is ahead waits for the other. The module is one
of the two `Waits`; `_blocking` is the other.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from queue import SimpleQueue
from typing import Generic, TypeVar

import grpc

from verifierd_client._threads import END_S, watch

Answer = TypeVar("Answer")
Request = TypeVar("Request")
Response = TypeVar("Response")

AHEAD = 64
LOOK_S = 1.0  # how often a thread without room looks whether anybody is left to make some


async def sleep(delay_s: float) -> None:
    """Wait so many seconds."""
    await asyncio.sleep(delay_s)


async def answer_of(call: grpc.Future[Answer]) -> Answer:
    """Return the answer of a unary call; who is cancelled cancels it. Raises grpc.RpcError."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: grpc.Future[Answer]) -> None:
        _tell(loop, ended.set)

    call.add_done_callback(tell)
    try:
        await ended.wait()
    except asyncio.CancelledError:
        call.cancel()
        raise
    return call.result()


def responses_of(call: grpc.CallIterator[Response]) -> _Responses[Response]:
    """Return what a streaming call brings."""
    return _Responses(call)


class _Responses(AsyncIterator[Response], Generic[Response]):
    """What a streaming call brings, read by a thread of its own."""

    def __init__(self, call: grpc.CallIterator[Response]) -> None:
        """Begin to read, at most `AHEAD` responses ahead of who takes them."""
        self._call = call
        self._loop = asyncio.get_running_loop()
        self._room = threading.Semaphore(AHEAD)
        self._landed: asyncio.Queue[Response | grpc.RpcError | None] = asyncio.Queue()
        self._thread = threading.Thread(target=self._read, name="verifierd-client-read", daemon=True)
        watch(self)
        self._thread.start()

    async def __anext__(self) -> Response:
        """Return the next response. Raises grpc.RpcError where the call failed."""
        landed = await self._landed.get()
        if landed is None:
            raise StopAsyncIteration
        if isinstance(landed, grpc.RpcError):
            raise landed
        self._room.release()
        return landed

    def close(self) -> None:
        """Cancel what is left of the call; the thread ends with it."""
        self._call.cancel()  # type: ignore[no-untyped-call]
        self._room.release()

    def end(self) -> None:
        """Cancel what is left of the call, and wait until its thread has let go of it."""
        self.close()
        self._thread.join(END_S)

    def _read(self) -> None:
        last: grpc.RpcError | None = None
        try:
            for response in self._call:
                if not self._has_room() or not _tell(self._loop, partial(self._landed.put_nowait, response)):
                    self._call.cancel()  # type: ignore[no-untyped-call]
                    return
        except grpc.RpcError as status:
            last = status
        _tell(self._loop, partial(self._landed.put_nowait, last))

    def _has_room(self) -> bool:
        """Wait for room; there is none in a loop that was closed, whose reader is gone."""
        while not self._room.acquire(timeout=LOOK_S):
            if self._loop.is_closed():
                return False
        return True


class Requests(Iterator[Request], Generic[Request]):
    """What a streaming call sends: put in by the event loop, taken out by a thread of gRPC's."""

    def __init__(self) -> None:
        """Take at most `AHEAD` requests ahead of what is sent."""
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(AHEAD)
        self._given: SimpleQueue[Request | None] = SimpleQueue()

    async def put(self, request: Request) -> None:
        """Send a request, once there is room."""
        await self._room.acquire()
        self._given.put(request)

    def close(self) -> None:
        """Send nothing more."""
        self._given.put(None)

    def __next__(self) -> Request:
        """Return the next request, waiting for it."""
        request = self._given.get()
        if request is None:
            raise StopIteration
        _tell(self._loop, self._room.release)
        return request


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> bool:
    """Have the event loop do something. Returns False where it was closed meanwhile: nobody waits then."""
    try:
        loop.call_soon_threadsafe(what)
    except RuntimeError:
        return False
    return True
