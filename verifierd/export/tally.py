"""What an export took and left, counted over all tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from verifierd.export.choosing import Choice, Dropped


@dataclass(frozen=True, slots=True)
class ExportTally:
    """Counts of tasks and samples.

    Attributes:
        tasks: that have samples.
        solved: tasks with an accepted sample.
        exported_tasks: tasks of which a sample is exported.
        samples: all.
        accepted: those that passed every test.
        exported: those that are written.
        unjudged: samples that nobody judged, by verdict: INFRASTRUCTURE_ERROR, SKIPPED and CANCELLED.
        dropped: accepted samples that are not exported, by why.
    """

    tasks: int
    solved: int
    exported_tasks: int
    samples: int
    accepted: int
    exported: int
    unjudged: Counter[str]
    dropped: Counter[Dropped]

    def as_json(self) -> dict[str, Any]:
        """Return the counts as a JSON object."""
        return {
            "tasks": self.tasks,
            "solved": self.solved,
            "exported_tasks": self.exported_tasks,
            "samples": self.samples,
            "accepted": self.accepted,
            "exported": self.exported,
            "unjudged": dict(self.unjudged),
            "dropped": {why.name.lower(): count for why, count in self.dropped.items()},
        }


def tally_of(choices: Iterable[Choice]) -> ExportTally:
    """Return the counts of all choices."""
    choices = list(choices)
    results = [each.result for choice in choices for each in choice.sampled.samples]
    return ExportTally(
        tasks=len(choices),
        solved=sum(bool(choice.sampled.accepted) for choice in choices),
        exported_tasks=sum(bool(choice.picks) for choice in choices),
        samples=len(results),
        accepted=sum(each.passed for each in results),
        exported=sum(len(choice.picks) for choice in choices),
        unjudged=Counter(each.verdict.value for each in results if not each.judged),
        dropped=sum((choice.dropped for choice in choices), Counter()),
    )
