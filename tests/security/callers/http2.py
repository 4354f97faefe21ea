"""HTTP/2 by hand: frames that no library would send, over a plain socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
INITIAL_WINDOW = 4


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"", length: int = -1) -> bytes:
    """A frame; `length` other than -1: what it says of its payload, true or not."""
    said = len(payload) if length < 0 else length
    return said.to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def setting(name: int, value: int) -> bytes:
    """One setting, as it stands in a frame of them."""
    return name.to_bytes(2, "big") + value.to_bytes(4, "big")


def packed(headers: Iterable[tuple[str, str]]) -> bytes:
    """Headers as HPACK literals that nobody is to remember."""
    return b"".join(b"\x00" + _text(name) + _text(value) for name, value in headers)


def _text(text: str) -> bytes:
    written = text.encode()
    left, said = len(written), bytearray()
    if left < 127:
        return bytes((left,)) + written
    said.append(127)
    left -= 127
    while left >= 128:
        said.append(left % 128 + 128)
        left //= 128
    said.append(left)
    return bytes(said) + written


def call_headers(method: str, token: str, *more: tuple[str, str]) -> bytes:
    """The headers of a gRPC call that shows a token, if any."""
    shown = [("authorization", f"Bearer {token}")] if token else []
    return packed(
        (
            (":method", "POST"),
            (":scheme", "http"),
            (":path", method),
            (":authority", "localhost"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            *shown,
            *more,
        )
    )


def message(content: bytes, *, is_compressed: bool = False, length: int = -1) -> bytes:
    """A gRPC message; `length` as for a frame."""
    said = len(content) if length < 0 else length
    return bytes((is_compressed,)) + said.to_bytes(4, "big") + content


class Peer:
    """A connection to a server, and what came back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def at(cls, address: str) -> Peer:
        """Connect to HOST:PORT."""
        host, _, port = address.rpartition(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def send(self, *content: bytes) -> None:
        """Send bytes. Raises OSError where the server has closed the connection."""
        self._writer.writelines(content)
        await self._writer.drain()

    async def frames(self) -> list[tuple[int, int, int]]:
        """Read the next frame as (kind, flags, stream), acknowledging what asks for it; none at the end."""
        try:
            head = await self._reader.readexactly(9)
            payload = await self._reader.readexactly(int.from_bytes(head[:3], "big"))
        except (asyncio.IncompleteReadError, OSError):
            return []
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF
        if kind in (SETTINGS, PING) and not flags & ACK:
            await self.send(frame(kind, ACK, 0, payload if kind == PING else b""))
        return [(kind, flags, stream)]

    async def until_closed(self, seconds: float) -> None:
        """Read and drop what comes, until the server closes the connection or the time is over."""
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(seconds):
                while await self._reader.read(1 << 16):
                    pass

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
