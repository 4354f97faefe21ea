"""What every published format has in common: tasks by unique id, and samples that name their task."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from verifierd.datasets.languages import language_named, languages_with
from verifierd.datasets.prompts import in_field
from verifierd.datasets.records import Record, read_records
from verifierd.datasets.task import Rule, Task, limits_by

MAX_ID_CHARS = 256


@dataclass(frozen=True, slots=True)
class Adapter:
    """One published format.

    Attributes:
        name: of the format, as `verifierd eval --format` takes it.
        help: what it reads, in one line.
        task: makes a task of a record, under the limits that the dataset states. Raises InputError.
        records: yields the records of a file. Raises InputError.
        prompt: returns what a model is asked, in a record's words; None where it says nothing of the kind.
    """

    name: str
    help: str
    task: Callable[[Record, Rule], Task]
    records: Callable[[Path], Iterator[Record]] = read_records
    prompt: Callable[[Record], str | None] = field(default=in_field("prompt"), kw_only=True)

    def read_tasks(self, files: Path | Sequence[Path], rule: Rule) -> dict[str, Task]:
        """Return the tasks of a set by their ids, in the order of its files; their rows are counted on.

        Raises:
            InputError: a file cannot be read or holds no problem, a task id occurs twice, or a field is
                missing or unusable.
        """
        files = [files] if isinstance(files, Path) else files
        tasks: dict[str, Task] = {}
        for record in self._numbered(files):
            task = self.task(record, rule)
            if not 1 <= len(task.task_id) <= MAX_ID_CHARS:
                raise record.error(f"the id of a task must have 1 to {MAX_ID_CHARS} characters")
            if task.task_id in tasks:
                first = tasks[task.task_id].place
                raise record.error(f"task_id {task.task_id!r} occurs twice; the first is at {first}")
            limits = limits_by(rule, task.problem.limits)
            tasks[task.task_id] = replace(
                task, problem=replace(task.problem, limits=limits), prompt=self.prompt(record)
            )
        return tasks

    def _numbered(self, files: Sequence[Path]) -> Iterator[Record]:
        """Yield the records of all files, with indices that go on from one to the next."""
        numbers = itertools.count()
        for file in files:
            record = None
            for record, number in zip(self.records(file), numbers, strict=False):
                yield replace(record, index=number)
            if record is None:
                raise Record(file, 1, {}).error("there is no problem in this file")


@dataclass(frozen=True, slots=True)
class Sample:
    """One program proposed for a task.

    `index` counts the samples of the same task from 0; `fields` are all that its file says of it.
    """

    task_id: str
    index: int
    program: str
    language: str
    fields: Mapping[str, Any] = field(default_factory=dict)


def read_samples(file: Path, tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """Yield the samples of a file in its order: `task_id`, `completion` or `solution`, maybe `language`.

    Raises:
        InputError: the file cannot be read, holds no sample, names a task that is not in `tasks`, or a
            sample has neither or both of `completion` and `solution`, or a language that the service does
            not have or that the task's tests do not work in.
    """
    seen: dict[str, int] = {}
    for record in read_records(file):
        task_id = record.id("task_id")
        if task_id not in tasks:
            raise record.error(f"task_id {task_id[:MAX_ID_CHARS]!r} is not among the {len(tasks)} problems")
        index = seen.get(task_id, 0)
        seen[task_id] = index + 1
        task = tasks[task_id]
        language = _language(record, task)
        yield Sample(task_id, index, _program(record, task, language), language, record.fields)
    if not seen:
        raise Record(file, 1, {}).error("there is no sample in this file")


def canonical_samples(tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """Yield the published solutions of all tasks."""
    for task in tasks.values():
        for index, program in enumerate(task.canonical):
            yield Sample(task.task_id, index, program.source, program.language)


def _program(record: Record, task: Task, language: str) -> str:
    """Return a sample's program: `solution` as it stands, or what the task makes of a `completion`.

    A completion in another language than the task's is a whole program: it goes on from no prompt.
    """
    given = [key for key in ("completion", "solution") if record.has(key)]
    if len(given) != 1:
        has = "both" if given else "neither"
        raise record.error(f"a sample needs one of 'completion' and 'solution', and has {has}")
    text = record.text(given[0], of_a_model=True)
    return task.complete(text) if given[0] == "completion" and language == task.language else text


def _language(record: Record, task: Task) -> str:
    if not record.has("language"):
        return task.language
    language = language_named(record.text("language"))
    if task.in_one_language and language != task.language:
        raise record.error(
            f"field 'language' is {language[:80]!r}, but the tests of task {task.task_id!r} are in "
            f"{task.language}"
        )
    allowed = languages_with(task.test_kinds)
    if language not in (task.language, *allowed) and not task.unjudgeable:
        raise record.error(
            f"field 'language' is {language[:80]!r}; allowed for the tests of task {task.task_id!r}: "
            f"{', '.join(allowed)}"
        )
    return language
