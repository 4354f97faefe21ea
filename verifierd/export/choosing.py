"""Which of a task's accepted samples are exported: distinct ones, from strong enough tests, k at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, zip_longest

from verifierd.export.matching import JudgedSample, SampledTask
from verifierd.export.strength import SuiteStrength, suite_strength


class Distinct(StrEnum):
    """What two exported samples of a task must differ in."""

    PROGRAM = "program"
    BEHAVIOUR = "behaviour"


class Dropped(StrEnum):
    """Why an accepted sample is not exported."""

    FEW_TESTS = "too few tests"
    UNKNOWN_SUITE = "strength of the tests unknown"
    WEAK_SUITE = "tests too weak"
    SAME_PROGRAM = "program as an earlier one's"
    SAME_BEHAVIOUR = "behaviour as a chosen one's"
    BEYOND = "beyond the number per problem"


NOT_ASKED = SuiteStrength(0, None, None)  # of a task that has no accepted sample


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported.

    Attributes:
        per_problem: samples of a task at most, 1 or more.
        distinct: what they must differ in.
        max_false_positives: that the upper end of the interval of the suite's false-positive rate must not
            exceed; None: it may be any, and unknown.
        min_tests: that must judge.
    """

    per_problem: int
    distinct: Distinct = Distinct.PROGRAM
    max_false_positives: float | None = None
    min_tests: int = 1


@dataclass(frozen=True, slots=True)
class Pick:
    """A sample that is exported; `cluster_samples` accepted samples of its task behave as it does."""

    sample: JudgedSample
    cluster_samples: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What is exported of one task, in the order of choice, and what of its accepted samples is not."""

    sampled: SampledTask
    strength: SuiteStrength
    picks: tuple[Pick, ...] = ()
    dropped: Counter[Dropped] = field(default_factory=Counter)


def choose(sampled: SampledTask, wanted: Wanted, program_key: Callable[[JudgedSample], bytes]) -> Choice:
    """Return the choice among a task's accepted samples.

    One is taken of each cluster, then a second one of each, and so on: larger clusters first, within one in
    the order of the samples, which brings in no taste for short programs. Samples whose behaviour is unknown
    come last, as one cluster. A program is taken once.

    Args:
        sampled: the task.
        wanted: what is to be exported.
        program_key: what two samples share that are the same program.
    """
    accepted = sampled.accepted
    if not accepted:
        return Choice(sampled, NOT_ASKED)
    strength = suite_strength(sampled.judged)
    refusal = _refusal(strength, wanted)
    if refusal is not None:
        return Choice(sampled, strength, dropped=Counter({refusal: len(accepted)}))
    sizes: Counter[str | None] = Counter(each.result.cluster for each in accepted)
    clusters: dict[str | None, list[JudgedSample]] = {}
    dropped: Counter[Dropped] = Counter()
    seen: set[bytes] = set()
    for each in accepted:
        key = program_key(each)
        if key in seen:
            dropped[Dropped.SAME_PROGRAM] += 1
            continue
        seen.add(key)
        clusters.setdefault(each.result.cluster, []).append(each)
    ranked = sorted(clusters, key=lambda cluster: (cluster is None, -sizes[cluster]))
    if wanted.distinct is Distinct.BEHAVIOUR:
        dropped[Dropped.SAME_BEHAVIOUR] = sum(len(each) - 1 for each in clusters.values())
        clusters = {cluster: members[:1] for cluster, members in clusters.items()}
    rounds = zip_longest(*(clusters[cluster] for cluster in ranked))
    in_turn = [each for each in chain.from_iterable(rounds) if each is not None]
    dropped[Dropped.BEYOND] = max(0, len(in_turn) - wanted.per_problem)
    picks = (Pick(each, _like(each, sizes)) for each in in_turn[: wanted.per_problem])
    return Choice(sampled, strength, tuple(picks), +dropped)


def _like(sample: JudgedSample, sizes: Counter[str | None]) -> int:
    cluster = sample.result.cluster
    return 1 if cluster is None else sizes[cluster]


def _refusal(strength: SuiteStrength, wanted: Wanted) -> Dropped | None:
    if strength.tests < wanted.min_tests:
        return Dropped.FEW_TESTS
    if wanted.max_false_positives is None:
        return None
    if strength.false_positive_rate is None:
        return Dropped.UNKNOWN_SUITE
    is_trusted = strength.false_positive_rate.high <= wanted.max_false_positives
    return None if is_trusted else Dropped.WEAK_SUITE
