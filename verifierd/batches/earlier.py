"""What an interrupted batch goes on from: the results that it had come to, as they were told and billed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

from verifierd.model import CandidateResult, Cost, ExecutionResult, ProbeResult, Verdict

# Of these nothing was run to an end.
_NOT_RUN = frozenset({Verdict.NO_CODE, Verdict.CANCELLED})


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate that has its result, and what that cost: as it was billed then, whatever prices are now.

    `position` is its place in the batch, from 0; `program_digest` is equal for equal programs.
    Without `has_outputs` what the program put out is lost, so equal ones that come later run themselves.
    """

    position: int
    program_digest: bytes
    result: CandidateResult
    cost: Cost
    has_outputs: bool = True

    @property
    def was_run(self) -> bool:
        """Tell whether this candidate's own program ran, to an end."""
        return not self.result.duplicate_of and self.result.verdict not in _NOT_RUN

    @property
    def executions(self) -> Iterable[ExecutionResult | ProbeResult]:
        """Return what was executed for this candidate; nothing for a duplicate."""
        result = self.result
        return () if result.duplicate_of else chain(result.executions, result.probes, result.repeats)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of a batch from before it was interrupted.

    Attributes:
        judged: the candidates that have their results, in the order in which these landed. It is gone
            through once, in a thread, and so may read them one by one.
        started_at_ns: when the batch first began, in epoch nanoseconds; None: now.
        is_cancelled: its end has been asked for, so nothing more of it is run.
        is_resumed: it had begun before, though it may have come to no result.
    """

    judged: Iterable[Judged] = ()
    started_at_ns: int | None = None
    is_cancelled: bool = False
    is_resumed: bool = False


NOTHING_EARLIER = Earlier()


async def each_in_a_thread(judged: Iterable[Judged], take_up: Callable[[Judged], None]) -> None:
    """Call a function with each in turn, in a thread of its own: others wait for the event loop's.

    Cancelled, it waits until that thread has let go of the batch, at the next result.
    """
    is_let_go = threading.Event()

    def go_through() -> None:
        for known in judged:
            if is_let_go.is_set():
                return
            take_up(known)

    thread = ThreadPoolExecutor(1, "taking-up")
    taking = asyncio.get_running_loop().run_in_executor(thread, go_through)
    thread.shutdown(wait=False)  # ends it after this
    try:
        await asyncio.shield(taking)
    finally:
        is_let_go.set()
        await asyncio.wait((taking,))
