"""The executor that tells an observer of each candidate that it had in hand: the outermost of a worker."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.judging.answers import Answer, ExecutionFailed
from verifierd.observing import Observer, Work


class Watched:
    """Wraps an executor."""

    def __init__(
        self, inner: Executor, observer: Observer, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        """`clock_ns` gives epoch nanoseconds."""
        self._inner = inner
        self._observer = observer
        self._clock_ns = clock_ns

    @property
    def capacity(self) -> int:
        """Return the wrapped executor's."""
        return self._inner.capacity

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Yield one answer for each run, in their order."""
        began_at_ns = self._clock_ns()
        answered = failed = 0
        try:
            async with aclosing(self._inner.execute(request)) as answers:
                async for answer in answers:
                    answered += 1
                    failed += isinstance(answer, ExecutionFailed)
                    yield answer
        finally:
            self._observer.work_done(
                Work(
                    batch_id=request.batch_id,
                    candidate_id=request.candidate_id,
                    language=request.program.language,
                    traceparent=request.traceparent,
                    runs_answered=answered,
                    runs_failed=failed,
                    began_at_ns=began_at_ns,
                    ended_at_ns=self._clock_ns(),
                )
            )
