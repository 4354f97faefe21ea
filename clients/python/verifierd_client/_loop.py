"""One event loop in a thread of its own, for all blocking clients of a process."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, ClassVar, TypeVar

Answer = TypeVar("Answer")


class LoopThread:
    """Runs coroutines for threads that block. There is one in a process, since gRPC's aio is one too.

    It is a daemon thread and lives as long as the process; after a fork the child gets its own.
    """

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _by_pid: ClassVar[dict[int, LoopThread]] = {}

    def __init__(self) -> None:
        """Start the thread."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="verifierd-client", daemon=True)
        self._thread.start()

    @classmethod
    def of_this_process(cls) -> LoopThread:
        """Return the process' own, started if need be."""
        known = cls._by_pid.get(os.getpid())
        if known is not None:
            return known
        with cls._lock:
            if os.getpid() not in cls._by_pid:
                cls._by_pid[os.getpid()] = cls()
            return cls._by_pid[os.getpid()]

    @classmethod
    def renew_lock(cls) -> None:
        """Forget a lock that another thread of the parent held at the fork."""
        cls._lock = threading.Lock()

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Run a coroutine and wait for it; an interrupt of the waiting thread cancels it.

        Raises:
            RuntimeError: called from a coroutine of this very loop, which would wait for itself.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("Verifier blocks; use AsyncVerifier inside a coroutine")
        future: Future[Answer] = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except (KeyboardInterrupt, SystemExit, CancelledError):
            future.cancel()
            raise


os.register_at_fork(after_in_child=LoopThread.renew_lock)
