"""The executor for one machine: it runs requests in the sandboxes of this process's own pool."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from sandboxes.model import Job, Outcome, SandboxError
from sandboxes.pool import SandboxPool
from verifierd.execution.executor import ExecutionRequest
from verifierd.judging.answers import Answer, Executed
from verifierd.observing import NOBODY, Observer, Stage


class LocalExecutor:
    """Leases a sandbox for each request. A started pool is passed in; its owner closes it."""

    def __init__(
        self,
        pool: SandboxPool,
        observer: Observer = NOBODY,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """`observer` is told how long jobs took to reach their sandboxes, by a clock in epoch nanoseconds."""
        self._pool = pool
        self._observer = observer
        self._clock_ns = clock_ns

    @property
    def capacity(self) -> int:
        """Return the number of sandboxes."""
        return self._pool.size

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Yield one answer for each run, in their order.

        Raises:
            SandboxError: the sandbox broke, or answered other runs than it was asked.
        """
        job = Job(request.program, request.runs, request.limits)
        answered = 0
        async with self._pool.lease(request.tenant) as sandbox:
            lent_at_ns = self._clock_ns()
            async with aclosing(sandbox.run(job, is_unhurried=self._pool.has_idle)) as outcomes:
                async for outcome in outcomes:
                    if outcome.run_index != answered or answered == len(request.runs):
                        raise SandboxError(f"sandbox {sandbox.id}: run {outcome.run_index} came out of turn")
                    if not answered:
                        took_s = max(0, _began_at_ns(outcome) - lent_at_ns) / 1e9
                        self._observer.stage_took(Stage.TRANSFER, took_s)
                    yield Executed(outcome, sandbox.id, sandbox.backend, sandbox.image_digest)
                    answered += 1
            if answered < len(request.runs):
                raise SandboxError(f"sandbox {sandbox.id}: {answered} of {len(request.runs)} runs came back")


def _began_at_ns(outcome: Outcome) -> int:
    """Return when the sandbox began to work on a job of which this is the first outcome."""
    return outcome.started_at_ns if outcome.compilation is None else outcome.compilation.started_at_ns
