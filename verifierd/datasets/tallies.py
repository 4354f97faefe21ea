"""How samples fared, task by task, and what is reckoned from that: pass@k and the bill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import verifierd_client as client
from verifierd.economics.coverage import pass_at_k_estimate
from verifierd.model import Estimate

KS = (1, 10, 100)
NO_GROUPS: Mapping[str, str | None] = MappingProxyType({})
NOT_JUDGED = frozenset({client.Verdict.INFRASTRUCTURE_ERROR, client.Verdict.SKIPPED})


@dataclass(slots=True)
class TaskTally:
    """How the samples of one task fared."""

    samples: int = 0
    accepted: int = 0
    accepted_up_to: Counter[str] = field(default_factory=Counter)  # by group of tests


@dataclass(slots=True)
class Tally:
    """How all samples fared, and the sum of the batches' bills."""

    tasks: dict[str, TaskTally] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)  # of tests, in the order they are run
    verdict_counts: Counter[client.Verdict] = field(default_factory=Counter)
    executions: int = 0
    executions_saved: int = 0
    cpu_time_s: float = 0.0
    cost_usd: float = 0.0

    @property
    def samples(self) -> int:
        """Return how many samples have their result."""
        return self.verdict_counts.total()

    @property
    def infrastructure_errors(self) -> int:
        """Return how many samples the service could not judge."""
        return self.verdict_counts[client.Verdict.INFRASTRUCTURE_ERROR]

    def add(
        self, task_id: str, verdict: client.Verdict, groups: Mapping[str, str | None] = NO_GROUPS
    ) -> None:
        """Count the result of one sample; `groups` has the verdict of each group of its tests, in order."""
        self.verdict_counts[verdict] += 1
        if verdict not in NOT_JUDGED:
            task = self.tasks.setdefault(task_id, TaskTally())
            task.samples += 1
            task.accepted += verdict is client.Verdict.ACCEPTED
            self.groups.update(dict.fromkeys(groups))
            for group, of_group in groups.items():
                if of_group != client.Verdict.ACCEPTED.value:
                    break
                task.accepted_up_to[group] += 1

    def add_bill(self, cost: client.Cost) -> None:
        """Add the bill of one batch."""
        self.executions += cost.executions
        self.executions_saved += cost.executions_saved
        self.cpu_time_s += cost.cpu_time_s
        self.cost_usd += cost.verification_usd

    def pass_at_k(self, group: str | None = None) -> dict[int, Estimate | None]:
        """Return pass@1, pass@10 and pass@100 over the tasks that have judged samples, unbiased.

        Their intervals are those of other tasks of the same kind: the bootstrap over tasks.

        With a `group` a sample passes where that group of tests and all before it are accepted.
        None where some task has fewer than k samples, from which it cannot be told. A sample that could
        not be judged (the service failed, or the task is unjudgeable) is no sample: it is not the
        program's failure.
        """
        samples = [task.samples for task in self.tasks.values()]
        accepted = [
            task.accepted if group is None else task.accepted_up_to[group] for task in self.tasks.values()
        ]
        fewest = min(samples, default=0)
        return {k: pass_at_k_estimate(samples, accepted, k) if k <= fewest else None for k in KS}

    def as_json(self) -> dict[str, Any]:
        """Return all of it as a JSON object; keys of `pass_at_k` that cannot be told are null."""
        return {
            "tasks": len(self.tasks),
            "samples": self.samples,
            "accepted": self.verdict_counts[client.Verdict.ACCEPTED],
            "verdict_counts": {verdict.value: count for verdict, count in self.verdict_counts.most_common()},
            **_by_name(self.pass_at_k()),
            "pass_at_k_by_group": {
                group: _by_name(self.pass_at_k(group))["pass_at_k"] for group in self.groups
            },
            "executions": self.executions,
            "executions_saved": self.executions_saved,
            "cpu_time_s": self.cpu_time_s,
            "verification_usd": self.cost_usd,
        }


def _by_name(pass_at_k: Mapping[int, Estimate | None]) -> dict[str, dict[str, Any]]:
    known = {str(k): each for k, each in pass_at_k.items()}
    return {
        "pass_at_k": {k: each.value if each else None for k, each in known.items()},
        "pass_at_k_interval": {k: [each.low, each.high] if each else None for k, each in known.items()},
    }
