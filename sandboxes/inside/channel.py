"""Messages between a test program's process and the candidate's: a length and a JSON object."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

LENGTH = struct.Struct(">I")
MAX_MESSAGE_BYTES = 256 << 20
READ_BYTES = 1 << 16
ENDED = "the program ended before the test program was done with it"


class PeerGone(BaseException):
    """The other process ended, or no longer keeps to the protocol.

    Not an Exception: no `except Exception` of a test program may swallow it.
    """


class Channel:
    """One end of the stream between the two processes."""

    def __init__(self, fd: int) -> None:
        """Take over a socket's file descriptor."""
        self._socket = socket.socket(fileno=fd)
        self._received = bytearray()  # kept, so that a signal's handler may interrupt in the middle

    def send(self, message: dict[str, Any]) -> None:
        """Send one message. Raises PeerGone, ValueError and RecursionError (nothing is sent then)."""
        text = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
        try:
            self._socket.sendall(LENGTH.pack(len(text)) + text)
        except OSError as error:
            raise PeerGone(ENDED) from error

    def receive(self) -> dict[str, Any]:
        """Return the next message. Raises PeerGone."""
        self._have(LENGTH.size)
        end = LENGTH.size + LENGTH.unpack_from(self._received)[0]
        if end > MAX_MESSAGE_BYTES:
            raise PeerGone(f"a message of {end} bytes is over the bound of {MAX_MESSAGE_BYTES}")
        self._have(end)
        text = bytes(self._received[LENGTH.size : end])
        del self._received[:end]
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise PeerGone(f"not a message: {error}") from None
        if not isinstance(message, dict):
            raise PeerGone("not a message: not an object")
        return message

    def _have(self, count: int) -> None:
        """Read until `count` bytes are there."""
        while (missing := count - len(self._received)) > 0:
            try:
                part = self._socket.recv(min(max(missing, READ_BYTES), 1 << 20))
            except OSError as error:
                if error.errno is None:  # a signal handler of the test program's raised it
                    raise
                raise PeerGone(ENDED) from error
            if not part:
                raise PeerGone(ENDED)
            self._received += part
