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
4. A program that grows without end meets its memory or output limit near its CPU limit, before or after
   it as the host is fast or slow. Both fail, but the name should not change from one time to the next. So
   such a limit names the run wherever it is met within `patience` times the CPU limit: a run killed for
   its CPU time on more than half the way to another limit is run once more, alone, with so much of it.

Running alone leaves the other sandboxes idle, so a candidate gets it once more only as long as it
helps: after one run alone that met a limit, its later runs are believed as they are.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from sandboxes.languages import LANGUAGES
from sandboxes.model import Ending, Limits
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.execution.quiet import Quiet
from verifierd.judging.answers import Answer, Executed

_OTHER_LIMITS = (Ending.MEMORY_LIMIT, Ending.OUTPUT_LIMIT)
_LIMITS = (Ending.CPU_LIMIT, Ending.WALL_LIMIT, *_OTHER_LIMITS)
_SAYS_ENOUGH = (Ending.CPU_LIMIT, Ending.COMPILE_FAILED, *_OTHER_LIMITS)


@dataclass(frozen=True, slots=True)
class NearLimitPolicy:
    """What counts as near.

    Attributes:
        margin: share of a time limit above it that is still near; also what a program that never ends
            costs on top. Two hyperthreads of one core slow each other down by about so much.
        busy_share: CPU time over wall time from which a run that met its wall limit counts as computing. Low,
            it would let programs that mostly sleep hold up the worker; with the default wall limit, thrice
            the CPU limit and more, a program of such a share meets its CPU limit first.
        patience: how many times its CPU limit a run is let go on, to see which limit it grows towards. What
            grows evenly and meets that limit by then had passed half the way to it at the CPU limit.
    """

    margin: float = 0.25
    busy_share: float = 0.5
    patience: float = 2.0


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
        # What the language's runtime needs on top is no closer to the limit than the program itself.
        limits = LANGUAGES[request.program.language].limits.applied(request.limits)
        policy = self._policy
        wider = _with_cpu_time(request, 1 + policy.margin)
        believed = False
        answered = 0
        while answered < len(request.runs):
            doubted: Executed | None = None
            async with self._quiet.together(), aclosing(self._inner.execute(wider.only(answered))) as answers:
                async for landed in answers:
                    answer = landed.at(answered, landed.attempts)
                    if not believed and isinstance(answer, Executed) and self._is_in_doubt(answer, limits):
                        doubted = answer
                        break
                    yield _held_to(limits, answer)
                    answered += 1
            if doubted is None:
                return
            times = policy.patience if _grows_towards_another_limit(doubted, limits) else 1 + policy.margin
            again = _with_cpu_time(request.only(answered, answered + 1), times)
            decided = _held_to(limits, await self._alone(again, doubted))
            believed = isinstance(decided, Executed) and decided.outcome.ending in _LIMITS
            yield decided
            answered += 1

    def _is_in_doubt(self, executed: Executed, limits: Limits) -> bool:
        return self._is_near(executed, limits) or _grows_towards_another_limit(executed, limits)

    def _is_near(self, executed: Executed, limits: Limits) -> bool:
        ending, usage = executed.outcome.ending, executed.outcome.usage
        if ending in _SAYS_ENOUGH:
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


def _with_cpu_time(request: ExecutionRequest, times: float) -> ExecutionRequest:
    limits = request.limits
    return replace(request, limits=replace(limits, cpu_time_ns=round(times * limits.cpu_time_ns)))


def _grows_towards_another_limit(executed: Executed, limits: Limits) -> bool:
    outcome = executed.outcome
    written_bytes = max(outcome.stdout_total_bytes, outcome.stderr_total_bytes)
    return outcome.ending is Ending.CPU_LIMIT and (
        2 * outcome.usage.peak_memory_bytes > limits.memory_bytes or 2 * written_bytes > limits.output_bytes
    )


def _held_to(limits: Limits, answer: Answer) -> Answer:
    """Return the answer as the narrower limit has it: what used more CPU time was ended by that limit."""
    if not isinstance(answer, Executed) or answer.outcome.ending in _SAYS_ENOUGH:
        return answer
    if answer.outcome.usage.cpu_time_ns <= limits.cpu_time_ns:
        return answer
    return replace(
        answer,
        outcome=replace(answer.outcome, ending=Ending.CPU_LIMIT, exit_code=None, raised=None, value=None),
    )
