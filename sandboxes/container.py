"""What a sandbox needs of a container: a line to the supervisor inside, and an end."""

from __future__ import annotations

from typing import Protocol

LAST_LINES = 40  # of the supervisor's standard error, kept for errors
LINE_CHARACTERS = 500


class Container(Protocol):
    """A live container as its backend made it."""

    async def write(self, data: bytes) -> None:
        """Send to the supervisor. Raises OSError where it has hung up."""

    async def read(self, count: int) -> bytes:
        """Return so many bytes from the supervisor. Raises OSError and EOFError where it has hung up."""

    async def last_words(self) -> list[str]:
        """Return the last lines of the supervisor's standard error."""

    async def kill(self) -> None:
        """End every process of the container, without waiting for it."""

    async def close(self) -> None:
        """Kill, wait, and remove what was made for it. Raises OSError and TimeoutError where that fails."""
