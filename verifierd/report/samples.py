"""Results by task: the samples that were judged, in their order, and how most of the others failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from verifierd.datasets.results import SampleResult
from verifierd.datasets.suites import runs_of

DETAIL_CHARS = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """How most wrong samples of a task failed.

    Attributes:
        verdict: the commonest verdict other than ACCEPTED; of equally common ones, the first to come.
        count: how many samples have it.
        test: the test that most of these failed first; None where no test was run.
        detail: what the first of these was told, cut to 300 characters.
    """

    verdict: str
    count: int
    test: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class TaskSamples:
    """The samples of one task. `judged` leaves out those that the service failed or did not run."""

    task_id: str
    judged: tuple[SampleResult, ...]
    unjudged: int
    failure: Failure | None

    @property
    def right(self) -> int:
        """Return how many samples passed every test."""
        return sum(each.passed for each in self.judged)

    @property
    def runs(self) -> tuple[SampleResult, ...]:
        """Return the judged samples that ran themselves: not those whose run was an equal program's."""
        return runs_of(self.judged)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All results: tasks in order of their first sample, and how often each verdict was given."""

    tasks: tuple[TaskSamples, ...]
    verdict_counts: dict[str, int]
    unjudged_counts: dict[str, int]

    @property
    def sampled(self) -> tuple[TaskSamples, ...]:
        """Return the tasks of which some sample was judged."""
        return tuple(each for each in self.tasks if each.judged)

    @property
    def counts(self) -> tuple[list[int], list[int]]:
        """Return of each task with a judged sample how many were judged, and how many of them are right."""
        return [len(each.judged) for each in self.sampled], [each.right for each in self.sampled]


def gathered(results: Iterable[SampleResult]) -> Gathered:
    """Return the results by task. Details are not kept but for one a task and verdict."""
    tasks: dict[str, _Task] = {}
    verdicts: Counter[str] = Counter()
    unjudged: Counter[str] = Counter()
    for result in results:
        (verdicts if result.judged else unjudged)[result.verdict.value] += 1
        tasks.setdefault(result.task_id, _Task()).add(result)
    return Gathered(
        tuple(task.done(task_id) for task_id, task in tasks.items()),
        dict(verdicts.most_common()),
        dict(unjudged.most_common()),
    )


@dataclass(slots=True)
class _Task:
    judged: list[SampleResult] = field(default_factory=list)
    unjudged: int = 0
    details: dict[str, str] = field(default_factory=dict)  # by verdict

    def add(self, result: SampleResult) -> None:
        if not result.judged:
            self.unjudged += 1
            return
        if result.verdict.value not in self.details:
            # What a model wrote may hold lone surrogates, which no file and no terminal takes.
            detail = result.detail[:DETAIL_CHARS].encode("utf-8", "backslashreplace").decode()
            self.details[result.verdict.value] = detail
        self.judged.append(replace(result, detail=""))

    def done(self, task_id: str) -> TaskSamples:
        judged = tuple(sorted(self.judged, key=lambda each: each.sample_index))
        return TaskSamples(task_id, judged, self.unjudged, self._failure(judged))

    def _failure(self, judged: tuple[SampleResult, ...]) -> Failure | None:
        wrong = [each for each in judged if not each.passed]
        if not wrong:
            return None
        ((verdict, count),) = Counter(each.verdict.value for each in wrong).most_common(1)
        alike = (each.failed_test for each in wrong if each.verdict.value == verdict)
        tests = Counter(test for test in alike if test is not None).most_common(1)
        return Failure(verdict, count, tests[0][0] if tests else None, self.details[verdict])
