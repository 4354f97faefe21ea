"""The daemon's duty to remove what is not to be kept: soon after its start, and every so often then."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from random import Random

from verifierd.audit.retention import Bounds, steps
from verifierd.audit.sizes import Amount
from verifierd.audit.store import Store
from verifierd.logs import get_logger

RECORDS_AT_ONCE = 200
"""So many records go in one transaction, which takes some hundredths of a second, or one batch with more."""
_PAUSE_S = 0.1  # at least, between two transactions: SQLite lets nobody in who does not happen to ask then
_END_S = 5.0  # for a transaction to end; one that does not is undone by the end of the process


def delay_s(every_s: float, random: Random, *, is_soon: bool) -> float:
    """Return the seconds to the next removal: more or less `every_s`, or a tenth of them.

    They are spread, so that daemons that start together do not all remove at once.
    """
    return every_s * random.uniform(0.9, 1.1) * (0.1 if is_soon else 1.0)


class Retainer:
    """Removes old batches by a thread of its own, which leaves the store to others half of the time.

    Nothing is removed of a batch that is under legal hold or has not ended. What cannot be done at a time is
    logged and tried again soon; it concerns nothing else.
    """

    def __init__(
        self,
        store: Store,
        bounds: Bounds,
        every_s: float,
        by: str,
        clock_ns: Callable[[], int] = time.time_ns,
        random: Random | None = None,
        records_at_once: int = RECORDS_AT_ONCE,
    ) -> None:
        """Take what is kept, and what the records of a removal call the daemon; `start` begins.

        `every_s` is the time between two removals, in seconds; 0: there are none.
        """
        self._store = store
        self._bounds = bounds
        self._every_s = every_s
        self._by = by
        self._clock_ns = clock_ns
        self._random = random or Random()  # noqa: S311 - no secret
        self._records_at_once = records_at_once
        self._is_swept = False
        self._stop = threading.Event()
        # A daemon: a database that never answers must not hold the process.
        self._thread = threading.Thread(target=self._run, name="audit-retention", daemon=True)
        self._log = get_logger(__name__)

    def start(self) -> None:
        """Begin, with some time to the first removal. Where everything is kept nothing begins."""
        if self._every_s and not self._bounds.are_none:
            self._thread.start()

    def stop(self) -> None:
        """Let it end behind the transaction that is under way; do not wait for that."""
        self._stop.set()

    async def close(self) -> None:
        """End behind the transaction that is under way; what that leaves is for the next start."""
        self.stop()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, _END_S)

    def remove_what_is_old(self) -> bool:
        """Remove what is not to be kept, and log what went. Blocks; false: it failed, which is logged."""
        rules = self._bounds.rules(self._clock_ns(), self._by)
        gone = Amount()
        began = time.monotonic()
        # What a crash left is there at a start; to look for it lists all files.
        removing = steps(self._store, rules, self._clock_ns, self._records_at_once, sweeps=not self._is_swept)
        try:
            step_began = began
            for step in removing:
                gone += step
                if self._stop.wait(max(_PAUSE_S, time.monotonic() - step_began)):
                    break
                step_began = time.monotonic()
            else:
                self._is_swept = True
        except Exception as error:  # the store; the daemon goes on, and tries again
            self._is_swept = False
            self._log.error("retention_failed", reason=f"{type(error).__name__}: {error}")
            return False
        finally:
            removing.close()
            if gone.batches:
                self._tell(gone, rules.why, time.monotonic() - began)
        return True

    def _tell(self, gone: Amount, why: str, seconds: float) -> None:
        self._log.info(
            "batches_removed",
            batches=gone.batches,
            candidates=gone.candidates,
            executions=gone.executions,
            records=gone.records,
            stored_bytes=gone.stored_bytes,
            why=why,
            seconds=round(seconds, 3),
        )

    def _run(self) -> None:
        is_soon = True
        while not self._stop.wait(delay_s(self._every_s, self._random, is_soon=is_soon)):
            is_soon = not self.remove_what_is_old()
