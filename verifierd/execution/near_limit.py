"""The executor that believes no close time limit under load: a run near its limit is run again alone.

CPU time judges, and it grows under load: neighbours share caches and cores. So a program near its
limit would pass or fail by what else happens to run. And where nothing but the kill is known, a
program just above the limit looks like one that never ends. Hence three steps:

1. The sandbox is given a CPU limit wider by `margin`. A run that reaches even that is over its limit
   whatever the load was: TIME_LIMIT_EXCEEDED, for the price of `margin` more of its CPU time.
2. A run that ended between the limit and the wider one is run once more, with no other run beside it
   on this worker. That run decides: at or below the limit its outcome counts, above it is too slow.
3. A run stopped by its wall limit is a program that waits, and is believed at once, unless it computed
   for `busy_share` of its time or more, or ran past the limit by `margin` because the host starved
   it. Then load may have had a hand and it is run once more alone as well.

Running alone leaves the other sandboxes idle, so a candidate gets it once more only as long as it
helps: after one run alone that was too slow, its later runs are believed as they are.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from sandboxes.model import Ending, Limits
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.execution.quiet import Quiet
from verifierd.judging.answers import Answer, Executed

_TOO_SLOW = (Ending.CPU_LIMIT, Ending.WALL_LIMIT)
_SAYS_ENOUGH = (Ending.CPU_LIMIT, Ending.COMPILE_FAILED)
# A run that met one of these fails either way; past half the margin its CPU limit is said to be what it met.
# There, away from both limits, the fewest runs change their name with how fast the host is.
_OTHER_LIMITS = (Ending.MEMORY_LIMIT, Ending.OUTPUT_LIMIT)


@dataclass(frozen=True, slots=True)
class NearLimitPolicy:
    """What counts as near.

    Attributes:
        margin: share of a time limit above it that is still near; also what a program that never ends
            costs on top. Two hyperthreads of one core slow each other down by about so much.
        busy_share: CPU time over wall time from which a run that met its wall limit counts as computing. Low,
            it would let programs that mostly sleep hold up the worker; with the default wall limit, thrice
            the CPU limit and more, a program of such a share meets its CPU limit first.
    """

    margin: float = 0.25
    busy_share: float = 0.5


class NearLimit:
    """Wraps an executor that owns all runs of a worker, so that alone means alone."""

    def __init__(self, inner: Executor, policy: NearLimitPolicy | None = None) -> None:
        self._inner = inner
        self._policy = policy or NearLimitPolicy()
        self._quiet = Quiet()

    @property
    def capacity(self) -> int:
        """Return the wrapped executor's."""
        return self._inner.capacity

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Yield one answer for each run, in their order; no CPU time above the limit passes."""
        limits = request.limits
        wider = replace(request, limits=self._wider(limits))
        believed = False
        answered = 0
        while answered < len(request.runs):
            doubted: Executed | None = None
            async with self._quiet.together(), aclosing(self._inner.execute(wider.only(answered))) as answers:
                async for landed in answers:
                    answer = landed.at(answered, landed.attempts)
                    if not believed and isinstance(answer, Executed) and self._is_near(answer, limits):
                        doubted = answer
                        break
                    yield self._held_to(limits, answer)
                    answered += 1
            if doubted is None:
                return
            decided = self._held_to(limits, await self._alone(wider.only(answered, answered + 1), doubted))
            believed = isinstance(decided, Executed) and decided.outcome.ending in _TOO_SLOW
            yield decided
            answered += 1

    def _wider(self, limits: Limits) -> Limits:
        return replace(limits, cpu_time_ns=round(limits.cpu_time_ns * (1 + self._policy.margin)))

    def _is_near(self, executed: Executed, limits: Limits) -> bool:
        ending, usage = executed.outcome.ending, executed.outcome.usage
        if ending in (*_SAYS_ENOUGH, *_OTHER_LIMITS):
            return False
        if usage.cpu_time_ns > limits.cpu_time_ns:
            return True
        if ending is not Ending.WALL_LIMIT:
            return False
        computed = usage.cpu_time_ns >= self._policy.busy_share * usage.wall_time_ns
        starved = usage.wall_time_ns > (1 + self._policy.margin) * limits.wall_time_ns
        return computed or starved

    async def _alone(self, request: ExecutionRequest, before: Executed) -> Answer:
        """Return the answer of the one run of a request, made with the worker to itself."""
        async with self._quiet.alone(), aclosing(self._inner.execute(request)) as answers:
            answer = await anext(answers)
            return answer.at(before.run_index, before.attempts + answer.attempts)

    def _held_to(self, limits: Limits, answer: Answer) -> Answer:
        """Return the answer as the narrower limit has it: what used more CPU time was ended by that limit."""
        if not isinstance(answer, Executed) or answer.outcome.ending in _SAYS_ENOUGH:
            return answer
        grace = self._policy.margin / 2 if answer.outcome.ending in _OTHER_LIMITS else 0.0
        if answer.outcome.usage.cpu_time_ns <= (1 + grace) * limits.cpu_time_ns:
            return answer
        return replace(
            answer,
            outcome=replace(answer.outcome, ending=Ending.CPU_LIMIT, exit_code=None, raised=None, value=None),
        )
