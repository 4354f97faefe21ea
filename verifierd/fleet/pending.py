"""One candidate on its way through the fleet: what has come of it, and where it was last seen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sandboxes.model import BrokenTestProgram
from verifierd.execution.executor import ExecutionRequest
from verifierd.judging.answers import Answer, ExecutionFailed

Landed = Answer | BrokenTestProgram


class Pending:
    """Answers come in any order, and more than once: the first to each run counts. They leave in order.

    Attributes:
        sequence: of its message in the stream of chunks; 0: not published yet.
        chunk_mates: ids of all that are in that message.
        worker: who began it last; empty: nobody was heard to.
        heard_at_s: when anything was last known of it, by the executor's clock.
        tries: how often it was published.
        refused: ids of the chunks in which it came to a worker that could not begin it.
    """

    def __init__(self, task_id: str, request: ExecutionRequest) -> None:
        self.id = task_id
        self.request = request
        self.sequence = 0
        self.chunk_mates: tuple[str, ...] = ()
        self.worker = ""
        self.heard_at_s = 0.0
        self.tries = 0
        self.refused: set[str] = set()
        self.is_missed = False
        self._landed: dict[int, Landed] = {}
        self._given = 0
        self._news = asyncio.Event()

    @property
    def is_complete(self) -> bool:
        """Whether every run has its answer, given to the caller or ready for it."""
        return self._given + len(self._landed) >= len(self.request.runs)

    def knows(self, first_run: int, count: int) -> bool:
        """Tell whether so many answers from that of `first_run` on would tell nothing new."""
        return all(
            place < self._given or place in self._landed or place >= len(self.request.runs)
            for place in range(first_run, first_run + count)
        )

    def land(self, first_run: int, answers: Sequence[Landed]) -> int:
        """Take answers to the runs from `first_run` on; return how many of them were known already."""
        known = 0
        for place, answer in enumerate(answers, start=first_run):
            if place < self._given or place in self._landed:
                known += 1
            elif place < len(self.request.runs):
                self._landed[place] = answer
        self._news.set()
        return known

    def fail(self, cause: str, attempts: int) -> None:
        """Answer what has no answer yet with a failure of ours."""
        for place in range(self._given, len(self.request.runs)):
            self._landed.setdefault(place, ExecutionFailed(place, cause, attempts))
        self._news.set()

    async def next(self) -> Landed:
        """Return the answer to the next run, as soon as it is there."""
        while (answer := self._landed.pop(self._given, None)) is None:
            self._news.clear()
            await self._news.wait()
        self._given += 1
        return answer
