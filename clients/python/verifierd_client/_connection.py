"""A lazy channel to one server: made at the first call, and anew in each process."""

from __future__ import annotations

import os
import resource
import threading
import weakref
from contextlib import suppress
from typing import ClassVar

import grpc

from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd_client._token import ShowsToken
from verifierd_client.tls import Tls

# So that a call that is repeated finds a server that has come back: gRPC's own delays grow to two minutes.
RECONNECTING = (
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)
# So that a call ends whose server is cut off, where it only waits for answers: nothing else would tell.
NOTICING = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 10_000),  # of its own ping for bandwidth: no other goes while that is out
    ("grpc.http2.max_pings_without_data", 0),
)
USUAL_STACK_BYTES = 8 << 20  # where the host sets no bound
LARGEST_STACK_BYTES = 256 << 20


class Connection:
    """One address and, once used, a channel to it.

    The channel is gRPC's blocking one: a fork at any moment leaves it usable in the parent, and the child
    opens its own. The asyncio one would crash the child: its thread is cut off inside a call, and gRPC in
    the child goes on with what that thread left behind.
    """

    _all: ClassVar[weakref.WeakSet[Connection]] = weakref.WeakSet()
    _inherited: ClassVar[list[grpc.Channel]] = []

    def __init__(
        self, address: str, max_message_bytes: int, tls: Tls | None = None, token: str | None = None
    ) -> None:
        """Point at HOST:PORT or unix:PATH; nothing is opened yet. Calls show the token, if any."""
        self.address = address
        self.closings = 0  # how often it was closed; what was in flight then is not to open it anew
        self._tls = tls
        self._token = token
        self._max_message_bytes = max_message_bytes
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None
        self._all.add(self)

    def stub(self) -> VerifierServiceStub:
        """Return a stub on the channel, which is opened if need be."""
        with self._lock:
            if self._channel is None:
                self._channel = self._opened()
            channel = self._channel
            if self._token is not None:
                channel = grpc.intercept_channel(channel, ShowsToken(self._token))
            return VerifierServiceStub(channel)

    def _opened(self) -> grpc.Channel:
        options = [
            ("grpc.max_receive_message_length", self._max_message_bytes),
            ("grpc.max_send_message_length", -1),
            ("grpc.use_local_subchannel_pool", 1),
            *RECONNECTING,
            *NOTICING,
        ]
        if self._tls is not None:
            return self._tls.channel(self.address, options)
        return grpc.insecure_channel(self.address, options=options)

    def close(self) -> None:
        """Close the channel; calls in flight are cut off. A later call opens it anew."""
        with self._lock:
            channel, self._channel = self._channel, None
            self.closings += 1
        if channel is not None:
            channel.close()

    @classmethod
    def begin_anew_in_child(cls) -> None:
        """Forget the parent's locks and channels; those are neither closed nor freed: both may hang.

        gRPC takes a thread whose stack is that of one of the parent's for that one, and aborts the child. So
        the child's threads get larger stacks, which are none of those that the parent's have left.
        """
        for connection in cls._all:
            connection._lock = threading.Lock()
            if connection._channel is not None:
                cls._inherited.append(connection._channel)
                connection._channel = None
        if cls._inherited:
            with suppress(ValueError, RuntimeError):  # this platform has no such stacks
                threading.stack_size(min(2 * _stack_bytes(), LARGEST_STACK_BYTES))


def _stack_bytes() -> int:
    """Return the size of a new thread's stack."""
    limit, _ = resource.getrlimit(resource.RLIMIT_STACK)
    usual = USUAL_STACK_BYTES if limit == resource.RLIM_INFINITY else limit
    return threading.stack_size() or usual


os.register_at_fork(after_in_child=Connection.begin_anew_in_child)
