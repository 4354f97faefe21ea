"""A part of a set: some languages of it, or its first problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from verifierd.datasets.adapter import Sample
from verifierd.datasets.task import Task


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which problems and samples are wanted.

    Attributes:
        languages: the service's names; None: all.
        limit: how many problems, from the first; None: all.
    """

    languages: frozenset[str] | None = None
    limit: int | None = None

    def tasks(self, tasks: Mapping[str, Task]) -> dict[str, Task]:
        """Return the wanted tasks. One whose tests are a program is in the language of that alone."""
        fitting = (
            (task_id, task)
            for task_id, task in tasks.items()
            if not task.in_one_language or self._wanted(task.language)
        )
        return dict(islice(fitting, self.limit))

    def samples(self, samples: Iterable[Sample], tasks: Mapping[str, Task]) -> Iterator[Sample]:
        """Yield the samples of wanted tasks that are in a wanted language."""
        return (each for each in samples if each.task_id in tasks and self._wanted(each.language))

    def _wanted(self, language: str) -> bool:
        return self.languages is None or language in self.languages
