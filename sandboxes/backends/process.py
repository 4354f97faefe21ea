"""A container that is a child process: its line is the process' standard streams."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from ..container import LAST_LINES, LINE_CHARACTERS

END_SECONDS = 10.0
WORDS_SECONDS = 1.0


class ProcessContainer:
    """Owns the process, which was started with pipes; `remove` removes what was made for it."""

    def __init__(self, process: asyncio.subprocess.Process, remove: Callable[[], None]) -> None:
        self._process = process
        self._remove = remove
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._listening = asyncio.create_task(self._listen())

    @property
    def pid(self) -> int:
        """Return the id of the process that was started."""
        return self._process.pid

    async def write(self, data: bytes) -> None:
        """Send to the supervisor. Raises OSError where it has hung up."""
        assert self._process.stdin is not None  # noqa: S101 - made with pipes
        self._process.stdin.write(data)
        await self._process.stdin.drain()

    async def read(self, count: int) -> bytes:
        """Return so many bytes from the supervisor. Raises OSError and EOFError where it has hung up."""
        assert self._process.stdout is not None  # noqa: S101 - made with pipes
        return await self._process.stdout.readexactly(count)

    async def last_words(self) -> list[str]:
        """Return the last lines of the supervisor's standard error, waiting a moment for its end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._listening), WORDS_SECONDS)
        return list(self._lines)

    async def kill(self) -> None:
        """End every process of the container, without waiting for it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """Kill, wait, and remove what was made for it. Raises OSError and TimeoutError where that fails."""
        await self.kill()
        await asyncio.wait_for(asyncio.gather(self._process.wait(), self._drop_the_rest()), END_SECONDS)
        await self._listening
        if self._process.stdin is not None:
            self._process.stdin.close()
        await asyncio.to_thread(self._remove)

    async def _listen(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - made with pipes
        while True:
            try:
                line = await self._process.stderr.readline()
            except ValueError:  # longer than the reader holds, which has dropped it
                line = b"(a line too long to keep)"
            if not line:
                return
            self._lines.append(line.decode(errors="replace").rstrip()[:LINE_CHARACTERS])

    async def _drop_the_rest(self) -> None:
        """Read what was left in the pipe: a process with a full one is never seen to end."""
        assert self._process.stdout is not None  # noqa: S101 - made with pipes
        with contextlib.suppress(RuntimeError):  # somebody waits for an answer there, and reads it too
            while await self._process.stdout.read(1 << 20):
                pass
