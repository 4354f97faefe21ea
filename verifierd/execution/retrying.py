"""The executor that makes lost sandboxes good: what is not answered yet is run again on a fresh one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from sandboxes.model import SandboxError
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.judging.answers import Answer, ExecutionFailed
from verifierd.logs import get_logger

Sleep = Callable[[float], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request may lose its sandbox, and how long to wait before the next one.

    A program that breaks each sandbox it gets costs `max_losses` of them and no more: the bound is on
    the whole request, since a program with 10,000 tests could otherwise cost as many. The pause
    doubles with every loss.
    """

    max_losses: int = 3
    first_pause_s: float = 0.05


class Retrying:
    """Wraps an executor. No `SandboxError` leaves it: what stays broken is answered `ExecutionFailed`."""

    def __init__(
        self, inner: Executor, policy: RetryPolicy | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        """`sleep` waits so many seconds between two attempts."""
        self._inner = inner
        self._policy = policy or RetryPolicy()
        self._sleep = sleep
        self._log = get_logger(__name__)

    @property
    def capacity(self) -> int:
        """Return the wrapped executor's."""
        return self._inner.capacity

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Yield one answer for each run, in their order. An answer that has landed is never asked again."""
        answered = losses = losses_before_run = 0
        while answered < len(request.runs):
            try:
                async with aclosing(self._inner.execute(request.only(answered))) as answers:
                    async for answer in answers:
                        yield answer.at(answered, attempts=losses - losses_before_run + 1)
                        answered += 1
                        losses_before_run = losses
                return
            except SandboxError as error:
                losses += 1
                self._log.warning(
                    "sandbox_lost",
                    batch_id=request.batch_id,
                    candidate_id=request.candidate_id,
                    run_index=answered,
                    losses=losses,
                    cause=str(error),
                )
                if losses >= self._policy.max_losses:
                    cause = f"{losses} sandboxes broke under this candidate, the last one so: {error}"
                    for run_index in range(answered, len(request.runs)):
                        yield ExecutionFailed(run_index, cause, attempts=losses - losses_before_run)
                    return
                await self._sleep(self._policy.first_pause_s * 2 ** (losses - 1))
