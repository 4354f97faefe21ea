"""Samples of many tasks through a verifier: one batch a task, several at a time, results in input order.

Programs and results wait in temporary files, so that memory holds no more than what is in flight.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Protocol, Self

import verifierd_client as client
from verifierd.datasets.adapter import Sample
from verifierd.datasets.journal import Journal
from verifierd.datasets.lines import Line, line_of, unrun
from verifierd.datasets.oracle import Unjudgeable, answered
from verifierd.datasets.records import InputError
from verifierd.datasets.samples import Samples
from verifierd.datasets.spool import Spool
from verifierd.datasets.tallies import Tally
from verifierd.datasets.task import Task


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


@dataclass(frozen=True, slots=True)
class Plan:
    """How to evaluate: batches in flight at a time, and whether tests run on after a failed one."""

    batches_at_once: int = 4
    all_tests: bool = False


def _nothing() -> None:
    """Tell nobody of a result."""


class Evaluation:
    """All samples of some tasks: taken in, verified, written out. Use it in a `with` block."""

    def __init__(self, tasks: Mapping[str, Task], plan: Plan | None = None) -> None:
        """Hold the tasks; `take` brings the samples."""
        self.tally = Tally()
        self.tasks = tasks
        self.samples = Samples()
        self._plan = plan or Plan()
        self._results = Spool()
        self._journal: Journal | None = None
        self._on_result: Callable[[], None] = _nothing

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the temporary files."""
        self.samples.__exit__(kind, error, trace)
        self._results.__exit__(kind, error, trace)

    @property
    def tasks_without_samples(self) -> int:
        """Return how many tasks nobody proposed a program for."""
        return len(self.tasks) - len(self.samples.of_task)

    def take(self, samples: Iterable[Sample]) -> None:
        """Keep the samples. Raises what reading them raises."""
        self.samples.take(samples)

    def resume(self, journal: Journal) -> None:
        """Take the results that a journal has, and add to it those that land from now on.

        Raises:
            InputError: the journal is damaged.
        """
        for number, entry in enumerate(journal.entries(), start=2):
            try:
                self._take(entry)
            except (KeyError, TypeError, ValueError, AttributeError):
                raise journal.damaged(number) from None
        self._journal = journal

    async def run(self, verifier: Verifier, on_result: Callable[[], None] = _nothing) -> None:
        """Verify everything that has no result yet; `on_result` is called after each sample.

        Raises:
            verifierd_client.VerifierError: the service cannot be reached, or refuses a batch.
            InputError: a problem holds what cannot be sent, or another process writes the same journal.
            OSError: the journal cannot be written.
        """
        self._on_result = on_result
        max_source_bytes = (await verifier.capabilities()).max_source_bytes
        # In a task of its own: a group that fails leaves its task marked as being cancelled.
        await asyncio.create_task(self._work_together(verifier, max_source_bytes))

    def line(self, number: int) -> Line:
        """Return the result of a sample, by its number in the input. Raises KeyError where it has none."""
        return dict(json.loads(self._results.get(number)))

    async def _work_together(self, verifier: Verifier, max_source_bytes: int) -> None:
        waiting = iter(self.samples.of_task)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._plan.batches_at_once):
                    group.create_task(self._work(waiting, verifier, max_source_bytes))
        except BaseExceptionGroup as errors:
            ours, others = errors.split((client.VerifierError, InputError, OSError))
            if ours is None or others is not None:
                raise
            raise _first(ours) from None

    async def _work(self, waiting: Iterator[str], verifier: Verifier, max_source_bytes: int) -> None:
        """Verify the tasks that are left, one after another."""
        for task_id in waiting:
            task, numbers, left = self.tasks[task_id], self.samples.of_task[task_id], list[int]()
            judged = {self.samples.key(number): number for number in numbers if number in self._results}
            for number in numbers:
                if number in self._results:
                    continue
                if (equal := judged.get(self.samples.key(number))) is not None:
                    self._repeat(number, equal)
                elif fault := no_program(self.samples.program(number), max_source_bytes):
                    self._keep(task, number, unrun(task, client.Verdict.COMPILE_ERROR, fault))
                else:
                    left.append(number)
            if left:
                await self._judge(task, left, verifier)

    async def _judge(self, task: Task, numbers: list[int], verifier: Verifier) -> None:
        """Verify some samples of a task."""
        options = client.Options(
            include_outputs=False, bulk=True, stop_at_first_failure=not self._plan.all_tests
        )
        try:
            problem = await answered(verifier, task)
            stream = verifier.stream(problem, self._candidates(numbers), options)
            async with stream:
                async for result in stream:
                    self._keep(task, int(result.candidate_id), result)
        except Unjudgeable as unjudgeable:
            for number in numbers:
                self._keep(task, number, unrun(task, unjudgeable.verdict, str(unjudgeable)))
        except (client.NotAValue, client.OutOfRange) as unsent:
            raise InputError(task.place, None, f"task {task.task_id}: {unsent}") from None
        except client.InvalidRequest as refused:
            where = f"{task.place}: task {task.task_id}"
            raise client.InvalidRequest(f"{where}: {refused}", refused.field, refused.problem) from None
        else:
            self._add_bill(stream.summary.cost)

    async def _candidates(self, numbers: list[int]) -> AsyncIterator[client.Candidate]:
        for number in numbers:
            yield client.Candidate(self.samples.program(number), self.samples.language(number), str(number))

    def _repeat(self, number: int, equal: int) -> None:
        """Give a sample the result of an equal one, which was judged before this process began."""
        line, own = self.line(equal), self.samples.index(number)
        first = line["duplicate_of"] if line["duplicate_of"] is not None else line["sample_index"]
        said = {"sample_index": own, "duplicate_of": None if first == own else first}
        self._keep_line(number, line | said)

    def _keep(self, task: Task, number: int, result: client.CandidateResult) -> None:
        line = line_of(task, self.samples.index(number), self.samples.language(number), result)
        if result.duplicate_of:
            line["duplicate_of"] = self.samples.index(int(result.duplicate_of))
        self._keep_line(number, line)

    def _keep_line(self, number: int, line: Line) -> None:
        self._put(number, line)
        if self._journal is not None and line["verdict"] != client.Verdict.INFRASTRUCTURE_ERROR.value:
            self._journal.add({"sample": number, "line": line})
        self._on_result()

    def _take(self, entry: Mapping[str, Any]) -> None:
        if "bill" in entry:
            self.tally.add_bill(client.Cost(**entry["bill"]))
        elif entry["sample"] in self.samples.of_task[entry["line"]["task_id"]]:
            self._put(entry["sample"], entry["line"])
        else:
            raise ValueError("the sample is another task's")

    def _put(self, number: int, line: Line) -> None:
        self._results.put(number, json.dumps(line).encode())
        self.tally.add(line["task_id"], client.Verdict(line["verdict"]), line.get("groups", {}))

    def _add_bill(self, cost: client.Cost) -> None:
        self.tally.add_bill(cost)
        if self._journal is not None:
            self._journal.add({"bill": asdict(cost)})


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


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return one error of a group: those beside it have the same cause or follow from it."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
