"""Batches as they are asked for: candidates, options, and how to pick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from verifierd.model.problems import Problem


@dataclass(frozen=True, slots=True)
class GenerationCost:
    """What drawing one candidate cost; `usd` of None: what its tokens cost by the price table."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One program proposed for a problem. `id` is unique in its batch.

    `is_extracted`: it was found in a model's words. `lacks_code` says why no program was, and is empty where
    one was.
    """

    id: str
    language: str
    source: str
    generation: GenerationCost | None = None
    is_extracted: bool = False
    lacks_code: str = ""


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What the caller wants of a batch; every early stop is off by default.

    `stop_at_first_failure` ends a candidate at its first test that is not ACCEPTED (the rest are
    SKIPPED). The batch ends, and the rest is CANCELLED, once so many candidates are ACCEPTED
    (`stop_after_accepted`), it has used so much CPU time or cost so much, its best cluster is correct with
    such `confidence`, its largest cluster is the commonest behaviour with so little doubt (`lead_tail`), or
    one more candidate costs more than it is worth where a resolved problem is worth `usd_per_resolved`; 0:
    never. `fresh`: every run is made, whatever earlier equal ones did.
    """

    stop_at_first_failure: bool = False
    stop_after_accepted: int = 0
    cpu_budget_ns: int = 0
    money_budget_usd: float = 0.0
    confidence: float = 0.0
    lead_tail: float = 0.0
    usd_per_resolved: float = 0.0
    include_outputs: bool = True
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class SelectionSpec:
    """How candidates are picked: by which rule, how many at most, and the rule's parameters by name."""

    rule: str = "plurality"
    picks: int = 1
    params: Mapping[str, float] = field(default_factory=dict)


class Priority(StrEnum):
    """Who goes first where work waits: for interactive work somebody is waiting, for bulk nobody is."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Batch:
    """One problem and the rules for its candidates; `id` is the service's, `request_id` the caller's.

    `tenant` is whose it is; empty where the service has no tenants.
    """

    id: str
    request_id: str
    problem: Problem
    options: BatchOptions
    deadline_at_ns: int | None  # epoch nanoseconds; None: no deadline
    selection: SelectionSpec = SelectionSpec()
    tenant: str = ""
    priority: Priority = Priority.INTERACTIVE
