"""The lines between the two programs of an `interactive` run, and what one of them writes beside."""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import termios

from .watch import Pipe

OPEN_TO_BOTH = 0o666  # either may open its end by its name in /dev; it has nothing of the other's by that


class Line:
    """One direction of the talk: a pipe whose ends are the supervisor's too."""

    def __init__(self) -> None:
        """Make the pipe."""
        self.reading, self.writing = os.pipe()
        with contextlib.suppress(PermissionError):  # gVisor's pipes have no mode to change
            os.fchmod(self.writing, OPEN_TO_BOTH)
        self._is_open = True

    @property
    def unread_bytes(self) -> int:
        """How much is said and not heard."""
        count = array.array("i", [0])
        fcntl.ioctl(self.reading, termios.FIONREAD, count)
        return count[0]

    def hang_up(self) -> None:
        """Let the reader meet the end, once the writer has closed it too."""
        if self._is_open:
            os.close(self.writing)
            self._is_open = False

    def poured_away(self, bound: int) -> Pipe:
        """Return what comes from now on, to be counted: its reader is gone."""
        os.set_blocking(self.reading, False)
        return PouredAway(self.reading, bound)

    def close(self) -> None:
        """Close what is open."""
        self.hang_up()
        os.close(self.reading)


class PouredAway(Pipe):
    """What nobody hears any more: counted, and not kept."""

    def keep(self, data: bytes) -> None:
        """Keep nothing."""


class LastWords(Pipe):
    """What comes out of one pipe, its last bytes: no limit is met by how much that is."""

    over = False

    def keep(self, data: bytes) -> None:
        """Keep the last bytes."""
        self.content = (self.content + data)[-self.bound :]
