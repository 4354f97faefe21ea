"""Samples of many tasks through a verifier: one batch a task, several at a time, results in input order.

Programs and results wait in temporary files, so that memory holds no more than what is in flight.
"""

from __future__ import annotations

import asyncio
import json
from array import array
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Protocol, Self, TextIO

import verifierd_client as client
from verifierd.datasets.adapter import Sample
from verifierd.datasets.oracle import Unjudgeable, answered
from verifierd.datasets.spool import Spool
from verifierd.datasets.tallies import Tally
from verifierd.datasets.task import Task

OPTIONS = client.Options(include_outputs=False, bulk=True)


class Verifier(Protocol):
    """What an evaluation needs of a client: `AsyncVerifier` is one."""

    async def capabilities(self) -> client.Capabilities:
        """Return what the server allows."""
        ...

    def stream(
        self, problem: client.Problem, candidates: AsyncIterator[client.Candidate], options: client.Options
    ) -> client.ResultStream:
        """Return an iterator over the results of one batch as they land."""
        ...


class Evaluation:
    """All samples of some tasks: taken in, verified, written out. Use it in a `with` block."""

    def __init__(self, tasks: Mapping[str, Task], batches_at_once: int = 4) -> None:
        """Hold the tasks; `take` brings the samples."""
        self.tally = Tally()
        self.tasks = tasks
        self._batches_at_once = batches_at_once
        self._programs = Spool()
        self._languages: list[str] = []
        self._on_result: Callable[[], None] = _nothing
        self._results = Spool()
        self._numbers: dict[str, array[int]] = {}  # of each task's samples, in the input

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the temporary files."""
        self._programs.__exit__(kind, error, trace)
        self._results.__exit__(kind, error, trace)

    @property
    def samples(self) -> int:
        """Return how many samples were taken in."""
        return len(self._programs)

    @property
    def tasks_without_samples(self) -> int:
        """Return how many tasks nobody proposed a program for."""
        return len(self.tasks) - len(self._numbers)

    def take(self, samples: Iterable[Sample]) -> None:
        """Keep the samples. Raises what reading them raises."""
        for sample in samples:
            number = self._programs.append(sample.program.encode("utf-8", "surrogatepass"))
            self._languages.append(sample.language)
            self._numbers.setdefault(sample.task_id, array("q")).append(number)

    async def run(self, verifier: Verifier, on_result: Callable[[], None]) -> None:
        """Verify everything; `on_result` is called after each sample.

        Raises:
            verifierd_client.VerifierError: the service cannot be reached, or refuses a batch.
        """
        self._on_result = on_result
        max_source_bytes = (await verifier.capabilities()).max_source_bytes
        # In a task of its own: a group that fails leaves its task marked as being cancelled.
        await asyncio.create_task(self._work_together(verifier, max_source_bytes))

    def write(self, out: TextIO) -> None:
        """Write one line a sample, in the order of the input."""
        for number in range(self.samples):
            out.write(self._results.get(number).decode() + "\n")

    async def _work_together(self, verifier: Verifier, max_source_bytes: int) -> None:
        waiting = iter(self._numbers)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._batches_at_once):
                    group.create_task(self._work(waiting, verifier, max_source_bytes))
        except BaseExceptionGroup as errors:
            ours, others = errors.split(client.VerifierError)
            if ours is None or others is not None:
                raise
            raise _first(ours) from None

    async def _work(self, waiting: Iterator[str], verifier: Verifier, max_source_bytes: int) -> None:
        """Verify the tasks that are left, one after another."""
        for task_id in waiting:
            task = self.tasks[task_id]
            programs = []
            for index, number in enumerate(self._numbers[task_id]):
                if fault := no_program(self._programs.get(number), max_source_bytes):
                    self._keep(task, _unrun(task, index, client.Verdict.COMPILE_ERROR, fault))
                else:
                    programs.append(index)
            if programs:
                await self._judge(task, programs, verifier)

    async def _judge(self, task: Task, programs: list[int], verifier: Verifier) -> None:
        """Verify some samples of a task."""
        try:
            problem = await answered(verifier, task)
            stream = verifier.stream(problem, self._candidates(task, programs), OPTIONS)
            async with stream:
                async for result in stream:
                    self._keep(task, result)
        except Unjudgeable as unjudgeable:
            for index in programs:
                self._keep(task, _unrun(task, index, client.Verdict.SKIPPED, str(unjudgeable)))
        except client.InvalidRequest as refused:
            where = f"{task.place}: task {task.task_id}"
            raise client.InvalidRequest(f"{where}: {refused}", refused.field, refused.problem) from None
        else:
            self.tally.add_bill(stream.summary.cost)

    async def _candidates(self, task: Task, indices: list[int]) -> AsyncIterator[client.Candidate]:
        for index in indices:
            number = self._numbers[task.task_id][index]
            yield client.Candidate(self._programs.get(number), self._languages[number], str(index))

    def _keep(self, task: Task, result: client.CandidateResult) -> None:
        sample_index = int(result.candidate_id)
        number = self._numbers[task.task_id][sample_index]
        line = _as_json(task.task_id, sample_index, self._languages[number], result)
        self._results.put(number, json.dumps(line, ensure_ascii=False).encode())
        self.tally.add(task.task_id, result.verdict)
        self._on_result()


def _nothing() -> None:
    """Tell nobody of a result."""


def no_program(source: bytes, max_bytes: int) -> str:
    """Return why bytes that a model wrote are no program that a service takes; nothing where they are one.

    Python refuses NUL bytes and what is not UTF-8 (the language reference, 2. Lexical analysis).
    """
    if len(source) > max_bytes:
        return f"the program has {len(source)} bytes; up to {max_bytes} are taken"
    if (nul := source.find(0)) >= 0:
        return f"SyntaxError: byte {nul} of the program is NUL"
    try:
        source.decode()
    except UnicodeDecodeError as error:
        return f"SyntaxError: the program is not UTF-8: {error.reason} at byte {error.start}"
    return ""


def _unrun(task: Task, sample_index: int, verdict: client.Verdict, detail: str) -> client.CandidateResult:
    return client.CandidateResult(
        candidate_id=str(sample_index),
        verdict=verdict,
        detail=detail,
        duplicate_of="",
        executions=(),
        tests_passed=0,
        tests_total=len(task.problem.tests),
        usage=client.Usage(cpu_time_s=0.0, wall_time_s=0.0, peak_memory_bytes=0),
    )


def _as_json(
    task_id: str, sample_index: int, language: str, result: client.CandidateResult
) -> dict[str, Any]:
    """Return a line of the results; `duplicate_of` is the sample_index of the sample that ran, or null."""
    return {
        "task_id": task_id,
        "sample_index": sample_index,
        "language": language,
        "verdict": result.verdict.value,
        "passed": result.passed,
        "tests_passed": result.tests_passed,
        "tests_total": result.tests_total,
        "cpu_time_s": round(result.usage.cpu_time_s, 6),
        "wall_time_s": round(result.usage.wall_time_s, 6),
        "peak_memory_bytes": result.usage.peak_memory_bytes,
        "duplicate_of": int(result.duplicate_of) if result.duplicate_of else None,
        "detail": result.detail,
    }


def _first(errors: BaseExceptionGroup[client.VerifierError]) -> client.VerifierError:
    """Return one error of a group: those beside it have the same cause or follow from it."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, client.VerifierError)  # noqa: S101 - by `split`
    return error
