"""A verifier that judges by the program's text, in an order of its own, without a service."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self

import anyio.lowlevel

import verifierd_client as client

COST = client.Cost(
    cpu_time_s=0.5,
    wall_time_s=1.0,
    memory_gib_seconds=0.25,
    executions=3,
    executions_saved=1,
    cache_hits=0,
    verification_usd=0.002,
)
MAX_SOURCE_BYTES = 200
Judge = Callable[[str], client.Verdict]


def by_first_word(source: str) -> client.Verdict:
    """The verdict whose name the program begins with."""
    return client.Verdict[source.split()[0]]


def execution(
    test_id: str, verdict: client.Verdict, actual: tuple[Any] | None = None
) -> client.ExecutionResult:
    """What became of one test."""
    nothing = client.Output(b"", 0, False)
    return client.ExecutionResult(
        test_id=test_id,
        verdict=verdict,
        checker="",
        detail="",
        exit_code=0,
        term_signal=None,
        killed_by=client.KilledBy.NOBODY,
        stdout=nothing,
        stderr=nothing,
        actual=actual,
        behaviour=None,
        usage=client.Usage(cpu_time_s=0.125, wall_time_s=0.25, peak_memory_bytes=4096),
        queued_at=None,
        started_at=None,
        ended_at=None,
        attempts=1,
        sandbox_id="s1",
        backend="none",
    )


class FakeVerifier:
    """Streams like `AsyncVerifier`; candidates finish in the reverse of the order they came in."""

    def __init__(self, judge: Judge = by_first_word, error: client.VerifierError | None = None) -> None:
        self.judge = judge
        self.error = error
        self.problems: list[client.Problem] = []
        self.options: list[client.Options] = []
        self.judged: list[str] = []  # programs that ran, without their equals
        self.breaks_after: int | None = None  # results, all batches together
        self.at_once = 0
        self.most_at_once = 0

    async def capabilities(self) -> client.Capabilities:
        return client.Capabilities("1", (), (), (), (), (), 10, 10, MAX_SOURCE_BYTES, 1000)

    def stream(
        self,
        problem: client.Problem,
        candidates: Iterable[client.Candidate] | AsyncIterable[client.Candidate],
        options: client.Options | None = None,
    ) -> Any:
        self.problems.append(problem)
        self.options.append(options or client.Options())
        return FakeStream(self, problem, candidates)


def _text(source: str | bytes) -> str:
    return source if isinstance(source, str) else source.decode()


class FakeStream:
    """One batch of a fake verifier."""

    def __init__(
        self,
        verifier: FakeVerifier,
        problem: client.Problem,
        candidates: Iterable[client.Candidate] | AsyncIterable[client.Candidate],
    ) -> None:
        self._verifier = verifier
        self._problem = problem
        self._candidates = candidates
        self._order: list[str] = []
        self._results = self._judged()

    async def _judged(self) -> AsyncIterator[client.CandidateResult]:
        if self._verifier.error is not None:
            raise self._verifier.error
        if isinstance(self._candidates, AsyncIterable):
            candidates = [each async for each in self._candidates]
        else:
            candidates = list(self._candidates)
        self._order = [each.id for each in candidates]
        first_with: dict[str | bytes, str] = {}
        results = []
        for each in candidates:
            earlier = first_with.setdefault(each.source, each.id)
            results.append(self._result(each, "" if earlier == each.id else earlier))
        for candidate, result in reversed(list(zip(candidates, results, strict=True))):
            await anyio.lowlevel.checkpoint()
            if self._verifier.breaks_after is not None:
                if not self._verifier.breaks_after:
                    raise client.ConnectionFailed("the wire is cut")
                self._verifier.breaks_after -= 1
            if not result.duplicate_of:
                self._verifier.judged.append(_text(candidate.source))
            yield result

    def _result(self, candidate: client.Candidate, duplicate_of: str) -> client.CandidateResult:
        source = _text(candidate.source)
        verdict = self._verifier.judge(source)
        return client.CandidateResult(
            candidate_id=candidate.id,
            verdict=verdict,
            detail="" if verdict is client.Verdict.ACCEPTED else f"it is {verdict.value}",
            duplicate_of=duplicate_of,
            executions=tuple(self._executions(source, verdict)),
            tests_passed=int(verdict is client.Verdict.ACCEPTED),
            tests_total=1,
            usage=client.Usage(cpu_time_s=0.125, wall_time_s=0.25, peak_memory_bytes=4096),
        )

    def _executions(self, source: str, verdict: client.Verdict) -> Iterator[client.ExecutionResult]:
        """Where a program names a test after its verdict, it fails there, and later ones are skipped."""
        failed = [test.id for test in self._problem.tests if test.id in source.split()]
        reached = client.Verdict.ACCEPTED if failed else verdict
        for test in self._problem.tests:
            if failed and test.id == failed[0]:
                yield execution(test.id, verdict)
                reached = client.Verdict.SKIPPED
            else:
                yield execution(test.id, reached)

    @property
    def summary(self) -> client.BatchSummary:
        return client.BatchSummary(
            batch_id="b1",
            stop_reason=client.StopReason.COMPLETED,
            verdict_counts={client.Verdict.ACCEPTED: 1},
            clusters=(client.Cluster("c1", tuple(self._order), client.Verdict.ACCEPTED),),
            picks=(client.Pick(self._order[0], "plurality", "c1"),),
            cost=COST,
            started_at=1.0,
            ended_at=2.0,
        )

    def in_order(self, results: list[client.CandidateResult]) -> tuple[client.CandidateResult, ...]:
        return tuple(sorted(results, key=lambda result: self._order.index(result.candidate_id)))

    def __aiter__(self) -> AsyncIterator[client.CandidateResult]:
        return self._results

    async def __aenter__(self) -> Self:
        self._verifier.at_once += 1
        self._verifier.most_at_once = max(self._verifier.most_at_once, self._verifier.at_once)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._verifier.at_once -= 1
