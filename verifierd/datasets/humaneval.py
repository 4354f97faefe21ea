"""HumanEval's own files: problems by `task_id`, samples by `completion` or whole-program `solution`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifierd.datasets.records import Record, read_records


@dataclass(frozen=True, slots=True)
class Task:
    """One HumanEval problem.

    `canonical_solution` is None where the file does not have it. `place` is `file:line`.
    """

    task_id: str
    prompt: str
    entry_point: str
    test: str
    canonical_solution: str | None
    place: str

    @property
    def test_program(self) -> str:
        """Return HumanEval's test followed by the call that its own harness appends."""
        return f"{self.test}\n\ncheck({self.entry_point})\n"


@dataclass(frozen=True, slots=True)
class Sample:
    """One program proposed for a task; `index` counts the samples of the same task from 0."""

    task_id: str
    index: int
    program: str


def read_tasks(file: Path) -> dict[str, Task]:
    """Return the problems of a file by task id, in the file's order.

    Raises:
        InputError: the file cannot be read, holds no problem, a task id occurs twice, or a field is
            missing or unusable.
    """
    tasks: dict[str, Task] = {}
    for record in read_records(file):
        task = _task(record)
        if task.task_id in tasks:
            first = tasks[task.task_id].place
            raise record.error(f"task_id {task.task_id!r} occurs twice; the first is at {first}")
        tasks[task.task_id] = task
    if not tasks:
        raise Record(file, 1, {}).error("there is no problem in this file")
    return tasks


def read_samples(file: Path, tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """Yield the samples of a file in its order.

    Raises:
        InputError: the file cannot be read, holds no sample, names a task that is not in `tasks`, or a
            sample has neither or both of `completion` and `solution`.
    """
    seen: dict[str, int] = {}
    for record in read_records(file):
        task_id = record.text("task_id")
        if task_id not in tasks:
            raise record.error(f"task_id {task_id!r} is not among the {len(tasks)} problems")
        index = seen.get(task_id, 0)
        seen[task_id] = index + 1
        yield Sample(task_id, index, _program(record, tasks[task_id]))
    if not seen:
        raise Record(file, 1, {}).error("there is no sample in this file")


def _task(record: Record) -> Task:
    task_id, entry_point = record.text("task_id"), record.text("entry_point").strip()
    if not 1 <= len(task_id) <= 256:
        raise record.error("field 'task_id' must have 1 to 256 characters")
    if not entry_point.isidentifier():
        raise record.error(f"field 'entry_point' must be a Python name, and is {entry_point[:80]!r}")
    canonical = record.text("canonical_solution") if "canonical_solution" in record.fields else None
    return Task(
        task_id=task_id,
        prompt=record.text("prompt"),
        entry_point=entry_point,
        test=record.text("test"),
        canonical_solution=canonical,
        place=f"{record.file}:{record.line}",
    )


def _program(record: Record, task: Task) -> str:
    """Return a sample's program: `solution` as it stands, or `completion` after the task's prompt."""
    given = [key for key in ("completion", "solution") if key in record.fields]
    if len(given) != 1:
        has = "both" if given else "neither"
        raise record.error(f"a sample needs one of 'completion' and 'solution', and has {has}")
    text = record.text(given[0], of_a_model=True)
    return task.prompt + text if given[0] == "completion" else text
