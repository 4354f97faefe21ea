"""A lazy channel to one server: made at the first call, anew in each process and each event loop."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import grpc
from grpc import aio

from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd_client.errors import ForkError

if TYPE_CHECKING:
    from verifier.v1.verifier_service_pb2_grpc import VerifierServiceAsyncStub


class Connection:
    """One address and, once used, a channel to it.

    gRPC does not survive a fork while a channel is open: the child inherits its locks, but not its
    threads. So idle channels are closed just before a fork and made anew on both sides; where a call is in
    flight, the parent goes on and the child is told by a `ForkError`, if gRPC itself does not abort it first.
    """

    def __init__(self, address: str, max_message_bytes: int) -> None:
        """Point at HOST:PORT or unix:PATH; nothing is opened yet."""
        self.address = address
        self._max_message_bytes = max_message_bytes
        self._lock = threading.Lock()
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._channel: aio.Channel | None = None
        self._loop: weakref.ref[asyncio.AbstractEventLoop] | None = None
        self._calls = 0

    @contextmanager
    def call(self) -> Iterator[VerifierServiceAsyncStub]:
        """Give a stub for one call in the running event loop.

        Raises:
            ForkError: this process was forked while a call was in flight.
        """
        if _FORKS.broken_in == os.getpid():
            raise ForkError(
                "this process was forked while a call was in flight, which leaves gRPC unusable in it; "
                "fork when no call runs, or start processes by `spawn` or `forkserver`"
            )
        with self._lock:
            if self._pid != os.getpid():
                self._reset()
            channel = self._channel_of(asyncio.get_running_loop())
            self._calls += 1
        try:
            yield VerifierServiceStub(channel)
        finally:
            with self._lock:
                self._calls -= 1

    def _channel_of(self, loop: asyncio.AbstractEventLoop) -> aio.Channel:
        known = self._loop() if self._loop is not None else None
        if self._channel is None or known is not loop:
            _FORKS.watch(self)
            self._channel = aio.insecure_channel(
                self.address,
                options=[
                    ("grpc.max_receive_message_length", self._max_message_bytes),
                    ("grpc.max_send_message_length", -1),
                    ("grpc.use_local_subchannel_pool", 1),
                ],
            )
            self._loop = weakref.ref(loop)
        return self._channel

    async def close(self) -> None:
        """Close the channel; calls in flight are cut off. A later call opens it anew."""
        with self._lock:
            channel, self._channel = self._channel, None
            mine = self._pid == os.getpid() and self._loop is not None
            loop = self._loop() if mine and self._loop is not None else None
        if channel is not None and loop is asyncio.get_running_loop():
            await channel.close(None)

    def before_fork(self) -> bool:
        """Close the channel if no call is in flight; say whether none is left open."""
        self._lock.acquire()
        if self._pid != os.getpid() or self._channel is None:
            return True
        if self._calls:
            return False
        closing = self._channel.close(None)
        with suppress(StopIteration):
            closing.send(None)  # without calls to wait for it closes at once, in any thread
        closing.close()
        self._channel = None
        return True

    def after_fork(self) -> None:
        """Let calls begin again, on either side."""
        self._lock.release()


class _Forks:
    """What this process must do around `os.fork`; `broken_in` is the process that was forked too early.

    `_anchor` is a channel that never connects. It keeps gRPC from shutting down when the last of ours is
    closed: it would do so in a thread, and a fork meanwhile leaves the child with locks held for ever.
    """

    def __init__(self) -> None:
        self.broken_in: int | None = None
        self._anchor: tuple[int, grpc.Channel] | None = None
        self._connections: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._held: list[Connection] = []
        self._clean = True
        os.register_at_fork(
            before=self._before, after_in_parent=self._after, after_in_child=self._after_in_child
        )

    def watch(self, connection: Connection) -> None:
        if self._anchor is None or self._anchor[0] != os.getpid():
            self._anchor = (os.getpid(), grpc.insecure_channel("unix:nowhere"))
        self._connections.add(connection)

    def _before(self) -> None:
        self._held = list(self._connections)
        closed = [connection.before_fork() for connection in self._held]
        self._clean = all(closed)

    def _after(self) -> None:
        for connection in self._held:
            connection.after_fork()
        self._held = []

    def _after_in_child(self) -> None:
        if not self._clean:
            self.broken_in = os.getpid()
        self._after()


_FORKS = _Forks()
