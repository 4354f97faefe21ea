"""How well the posterior does on problems that it was not learned from: calibration, accuracy, abstention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from verifierd.economics.calibration import calibrated_error, reliability
from verifierd.model import CandidateResult, Estimate, TestCase, Verdict
from verifierd.selection.beliefs import Beliefs
from verifierd.selection.evidence import evidence_of
from verifierd.selection.fitting import Labelled, fit_beliefs
from verifierd.selection.posterior import probabilities
from verifierd.selection.replay import correct_clusters, standings_of, without_hidden_tests
from verifierd.selection.standings import Standings

FOLDS, DEALS = 4, 3
LEAST_CANDIDATES = 10
LEARNED_DRAWS, TRIED_DRAWS = 16, 50
"""Random parts of each problem's candidates that are learned from, and that are tried."""
SEED = 20_220_721


@dataclass(frozen=True, slots=True, eq=False)
class KnownProblem:
    """One problem: what a rule sees of its candidates, without hidden tests, and who is right."""

    standings: Standings
    right: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it.

    Attributes:
        accuracy: share of the draws in which the likeliest cluster is right.
        expected_calibration_error: of its probability, in ten bins.
        error_if_calibrated: what that would be by chance alone with so few problems.
        none_auc: chance that the probability that none is right is higher in a draw of a problem that no
            candidate solves than in one of another; None where one kind is missing.
        draws: how many there were.
    """

    accuracy: float
    expected_calibration_error: float
    error_if_calibrated: Estimate
    none_auc: float | None
    draws: int


def known_problem(
    results: Sequence[CandidateResult], tests: Sequence[TestCase], probe_ids: Sequence[str]
) -> KnownProblem:
    """Return what is known of a problem whose hidden tests say who is right."""
    right = frozenset(each.candidate_id for each in results if each.verdict is Verdict.ACCEPTED)
    seen = [without_hidden_tests(each, tests) for each in results]
    return KnownProblem(standings_of(seen, tests, probe_ids), right)


def fitted(problems: Sequence[KnownProblem]) -> Beliefs:
    """Return what is learned from these problems. Raises ValueError where there is nothing to learn from."""
    random = np.random.default_rng(SEED)
    drawn = [_drawn(each, random) for each in problems for _ in range(LEARNED_DRAWS)]
    return fit_beliefs([_labelled(each) for each in drawn], parts=LEARNED_DRAWS)


def cross_validated(
    problems: Sequence[KnownProblem],
    learn: Callable[[Sequence[KnownProblem]], Beliefs],
    on_fold: Callable[[], None] = lambda: None,
    draws: int = TRIED_DRAWS,
) -> Trial:
    """Return how well beliefs do on problems that they were not learned from, by repeated cross-validation.

    The problems are dealt to `FOLDS` parts by how many of their candidates are right, so that each part has
    easy and hard ones; what is learned from the others is tried on `draws` random parts, of 10 candidates to
    all of them, of each problem of a part. All of it is done `DEALS` times, each with other parts: which
    problems happen to be learned from together moves every figure, and more of it is left in one deal.
    """
    order = sorted(range(len(problems)), key=lambda place: len(problems[place].right))
    random = np.random.default_rng(SEED)
    rows: list[tuple[float, bool, float, bool]] = []
    places: list[int] = []
    for tried in (fold for _ in range(DEALS) for fold in _dealt(order, random)):
        beliefs = learn([problems[each] for each in order if each not in set(tried)])
        for each in tried:
            rows += [_tried(_drawn(problems[each], random), beliefs, problems[each]) for _ in range(draws)]
            places += [each] * draws
        on_fold()
    chosen, hits, none, unsolvable = (np.array(column) for column in zip(*rows, strict=True))
    return Trial(
        accuracy=float(hits.mean()),
        expected_calibration_error=reliability(chosen, hits).expected_calibration_error,
        error_if_calibrated=calibrated_error(chosen, places),
        none_auc=_auc(none, unsolvable),
        draws=len(rows),
    )


def _dealt(order: Sequence[int], random: np.random.Generator) -> list[list[int]]:
    """Return the places in `FOLDS` parts: of as many that follow each other, one to each part, by chance."""
    parts: list[list[int]] = [[] for _ in range(FOLDS)]
    for start in range(0, len(order), FOLDS):
        for each, part in zip(order[start : start + FOLDS], random.permutation(FOLDS), strict=False):
            parts[part].append(each)
    return [part for part in parts if part]


def _drawn(problem: KnownProblem, random: np.random.Generator) -> KnownProblem:
    """Return a problem with a random part of its candidates, of any size from ten on."""
    standings = problem.standings
    n = len(standings.candidate_ids)
    size = int(random.integers(min(LEAST_CANDIDATES, n), n + 1))
    kept = np.sort(random.choice(n, size, replace=False))
    part = replace(
        standings,
        candidate_ids=[standings.candidate_ids[each] for each in kept],
        eligible=standings.eligible[kept],
        cluster_of=standings.cluster_of[kept],
        behaviours=standings.behaviours[kept],
        passed=standings.passed[kept],
    )
    return KnownProblem(part, problem.right)


def _labelled(problem: KnownProblem) -> Labelled:
    standings = problem.standings
    evidence = evidence_of(standings, standings.clusters())
    return Labelled(evidence, correct_clusters(standings, problem.right))


def _tried(part: KnownProblem, beliefs: Beliefs, whole: KnownProblem) -> tuple[float, bool, float, bool]:
    labelled = _labelled(part)
    found = probabilities(labelled.evidence, beliefs)
    if found.clusters.size == 0:
        return 0.0, False, 1.0, not whole.right
    best = int(np.argmax(found.clusters))
    return float(found.clusters[best]), bool(labelled.correct[best]), found.none, not whole.right


def _auc(scores: npt.NDArray[np.float64], positive: npt.NDArray[np.bool_]) -> float | None:
    """Return the area under the curve as Mann and Whitney's U, ties counting half."""
    ones, zeros = scores[positive], np.sort(scores[~positive])
    if not ones.size or not zeros.size:
        return None
    below, not_above = (np.searchsorted(zeros, ones, side) for side in ("left", "right"))
    return float((below + not_above).mean() / 2 / zeros.size)
