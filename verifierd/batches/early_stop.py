"""When a batch has seen enough: enough accepted, its budget, its deadline, a rule's or the caller's word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum

from verifierd.model import BatchOptions, CandidateResult, ExecutionResult, ProbeResult, Verdict

SECOND_NS = 1_000_000_000


class StopReason(StrEnum):
    """Why a batch ended; COMPLETED where nothing stopped it."""

    COMPLETED = "completed"
    ACCEPTED_ENOUGH = "accepted_enough"
    DEADLINE = "deadline"
    BUDGET = "budget"
    CANCELLED = "cancelled"
    CONFIDENT = "confident"
    MARGINAL_VALUE = "marginal_value"


class EarlyStop:
    """Watches one batch. The first reason stands; candidates that still run then may overshoot a budget."""

    def __init__(
        self, options: BatchOptions, deadline_at_ns: int | None, clock_ns: Callable[[], int]
    ) -> None:
        self._options = options
        self._deadline_at_ns = deadline_at_ns
        self._clock_ns = clock_ns
        self._accepted = 0
        self._cpu_time_ns = 0
        self._scope: asyncio.Timeout | None = None
        self.reason = StopReason.COMPLETED

    @property
    def is_decided(self) -> bool:
        """Tell whether the batch is to stop."""
        return self.reason is not StopReason.COMPLETED

    def saw_time(self) -> None:
        """Stop a batch that waited for its turn until its deadline had passed."""
        if self._deadline_at_ns is not None and self._deadline_at_ns <= self._clock_ns():
            self.decide(StopReason.DEADLINE)

    def saw_execution(self, execution: ExecutionResult | ProbeResult) -> None:
        """Count the CPU time of an execution that has just come; one from the cache took none now."""
        if not execution.from_cache:
            self._cpu_time_ns += execution.cpu_time_ns
        if execution.compilation is not None:
            self._cpu_time_ns += execution.compilation.usage.cpu_time_ns
        if isinstance(execution, ExecutionResult) and execution.judging_cost is not None:
            self._cpu_time_ns += execution.judging_cost.cpu_time_ns
        if 0 < self._options.cpu_budget_ns <= self._cpu_time_ns:
            self.decide(StopReason.BUDGET)

    def saw_candidate(self, result: CandidateResult) -> None:
        """Count a candidate that has its verdict, duplicates too: each is an answer to hand on."""
        self._accepted += result.verdict is Verdict.ACCEPTED
        if 0 < self._options.stop_after_accepted <= self._accepted:
            self.decide(StopReason.ACCEPTED_ENOUGH)

    def decide(self, reason: StopReason) -> None:
        """Stop the batch, unless it is stopped already."""
        if self.is_decided:
            return
        self.reason = reason
        if self._scope is not None:
            self._scope.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def ends(self) -> AsyncGenerator[None, None]:
        """End the block when the batch is to stop, at its deadline if nothing else comes before."""
        deadline = None
        if self._deadline_at_ns is not None:
            left_s = (self._deadline_at_ns - self._clock_ns()) / SECOND_NS
            deadline = asyncio.get_running_loop().call_later(left_s, self.decide, StopReason.DEADLINE)
        scope = asyncio.timeout(0 if self.is_decided else None)
        try:
            async with scope:
                self._scope = scope
                yield
        except TimeoutError:
            if not scope.expired():
                raise  # the block's own
        finally:
            self._scope = None
            if deadline is not None:
                deadline.cancel()
