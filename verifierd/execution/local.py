"""The executor for one machine: it runs requests in the sandboxes of this process's own pool."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from sandboxes.model import Job, SandboxError
from sandboxes.pool import SandboxPool
from verifierd.execution.executor import ExecutionRequest
from verifierd.judging.answers import Answer, Executed


class LocalExecutor:
    """Leases a sandbox for each request. A started pool is passed in; its owner closes it."""

    def __init__(self, pool: SandboxPool) -> None:
        self._pool = pool

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
        async with self._pool.lease() as sandbox:
            async with aclosing(sandbox.run(job, is_unhurried=self._pool.has_idle)) as outcomes:
                async for outcome in outcomes:
                    if outcome.run_index != answered or answered == len(request.runs):
                        raise SandboxError(f"sandbox {sandbox.id}: run {outcome.run_index} came out of turn")
                    yield Executed(outcome, sandbox.id, sandbox.backend, sandbox.image_digest)
                    answered += 1
            if answered < len(request.runs):
                raise SandboxError(f"sandbox {sandbox.id}: {answered} of {len(request.runs)} runs came back")
