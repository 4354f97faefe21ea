"""The executor that tells what each tenant's runs took of CPU time, compiling and interactors included."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.judging.answers import Answer, Executed


class Accounted:
    """Wraps an executor. What is not run, because it is known, comes by another way and takes nothing."""

    def __init__(self, inner: Executor, count: Callable[[str, int], None]) -> None:
        """`count` is told a tenant and nanoseconds of CPU time, run by run."""
        self._inner = inner
        self._count = count

    @property
    def capacity(self) -> int:
        """Return the wrapped executor's."""
        return self._inner.capacity

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Yield one answer for each run, in their order."""
        async with aclosing(self._inner.execute(request)) as answers:
            async for answer in answers:
                if isinstance(answer, Executed):
                    self._count(request.tenant, cpu_time_ns(answer))
                yield answer


def cpu_time_ns(answer: Executed) -> int:
    """Return the CPU time of a run, of what was compiled for it and of its interactor, in nanoseconds."""
    outcome = answer.outcome
    usages = [outcome.usage]
    if outcome.compilation is not None:
        usages.append(outcome.compilation.usage)
    if outcome.interactor is not None:
        usages.append(outcome.interactor.usage)
    return sum(usage.cpu_time_ns for usage in usages)
