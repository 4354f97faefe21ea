"""Batches as they are asked for: candidates, options, and how to pick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verifierd.model.problems import Problem


@dataclass(frozen=True, slots=True)
class Candidate:
    """One program proposed for a problem. `id` is unique in its batch."""

    id: str
    language: str
    source: str


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What the caller wants of a batch; every early stop is off by default.

    `stop_at_first_failure` ends a candidate at its first test that is not ACCEPTED (the rest are
    SKIPPED); `stop_after_accepted` ends the batch once so many candidates are ACCEPTED (0: never;
    the rest are CANCELLED). `priority` and `tenant` are carried for scheduling and audit. `fresh`: every
    run is made, whatever earlier equal ones did.
    """

    stop_at_first_failure: bool = False
    stop_after_accepted: int = 0
    cpu_budget_ns: int = 0
    include_outputs: bool = True
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class SelectionSpec:
    """How candidates are picked: by which rule, how many at most, and the rule's parameters by name."""

    rule: str = "plurality"
    picks: int = 1
    params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """One problem and the rules for its candidates; `id` is the service's, `request_id` the caller's."""

    id: str
    request_id: str
    problem: Problem
    options: BatchOptions
    deadline_at_ns: int | None  # epoch nanoseconds; None: no deadline
    selection: SelectionSpec = SelectionSpec()
