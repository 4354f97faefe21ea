"""A container at the end of the engine's attached stream.

The stream is raw towards the container. From it come frames: a byte for the stream (1 output, 2 errors),
three of padding, a big-endian length, and the payload (Docker Engine API, "Attach to a container").
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import deque
from collections.abc import Callable

from ...container import LAST_LINES, LINE_CHARACTERS

FRAME = struct.Struct(">BxxxI")
STDOUT, STDERR = 1, 2
MAX_FRAME_BYTES = 1 << 24  # the engine sends at most what it has read at once: 32 KiB
READ_AHEAD_BYTES = 1 << 18


class AttachedContainer:
    """Owns the stream and the container. `remove` kills the container and removes what was made for it."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        remove: Callable[[], None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._remove = remove
        self._output = bytearray()
        self._errors: deque[str] = deque(maxlen=LAST_LINES)

    @classmethod
    async def over(cls, line: socket.socket, remove: Callable[[], None]) -> AttachedContainer:
        """Take over an attached stream's socket."""
        line.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=line, limit=READ_AHEAD_BYTES)
        return cls(reader, writer, remove)

    async def write(self, data: bytes) -> None:
        """Send to the supervisor. Raises OSError where it has hung up."""
        self._writer.write(data)
        await self._writer.drain()

    async def read(self, count: int) -> bytes:
        """Return so many bytes from the supervisor. Raises OSError and EOFError where it has hung up."""
        while len(self._output) < count:
            stream, payload = await self._frame()
            if stream == STDOUT:
                self._output += payload
            else:
                self._keep(payload)
        taken = bytes(memoryview(self._output)[:count])
        del self._output[:count]
        return taken

    async def last_words(self) -> list[str]:
        """Return the last lines of the supervisor's standard error."""
        return list(self._errors)

    async def kill(self) -> None:
        """End every process of the container: its supervisor ends when the line does.

        What is not sent yet is dropped: nobody may be reading it, and an orderly end would wait for that.
        """
        self._writer.transport.abort()

    async def close(self) -> None:
        """Kill and remove the container. Raises OSError where the engine cannot."""
        await self.kill()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        await asyncio.to_thread(self._remove)

    async def _frame(self) -> tuple[int, bytes]:
        stream, length = FRAME.unpack(await self._reader.readexactly(FRAME.size))
        if length > MAX_FRAME_BYTES:
            raise OSError(f"the engine announced a frame of {length} bytes")
        return stream, await self._reader.readexactly(length)

    def _keep(self, errors: bytes) -> None:
        for line in errors.decode(errors="replace").splitlines():
            self._errors.append(line.rstrip()[:LINE_CHARACTERS])
