"""Threads that read calls: ended before the interpreter is, and forgotten in a forked child."""

from __future__ import annotations

import atexit
import os
import weakref
from typing import Protocol

END_S = 5.0


class Reader(Protocol):
    """What a thread reads for."""

    def end(self) -> None:
        """Cancel what is left, and wait `END_S` seconds at most until the thread has let go of it."""
        ...


_READERS: weakref.WeakSet[Reader] = weakref.WeakSet()


def watch(reader: Reader) -> None:
    """End this reader before the interpreter: it would stop the thread with locks in its hands."""
    _READERS.add(reader)


def _end_all() -> None:
    for reader in list(_READERS):
        reader.end()


# The parent's threads are not in the child.
os.register_at_fork(after_in_child=_READERS.clear)
atexit.register(_end_all)
