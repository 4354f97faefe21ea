"""A batch whose results are all there: its standings, by its verdicts or without hidden tests."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

import numpy as np

from verifierd.model import CandidateResult, TestCase, TestRole, Verdict
from verifierd.selection.by_probes import ClustersByProbes
from verifierd.selection.by_tests import ClustersByTests
from verifierd.selection.generated import GeneratedTests
from verifierd.selection.grouped import Clustering
from verifierd.selection.standings import Flags, Standings

# What could not be run at all stays so, whatever a sampler could see.
_KEPT = frozenset({Verdict.NO_CODE, Verdict.COMPILE_ERROR, Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR})


def standings_of(
    results: Sequence[CandidateResult], tests: Sequence[TestCase], probe_ids: Sequence[str]
) -> Standings:
    """Return what a rule picks from, candidates in the order of `results`.

    Args:
        results: of all candidates.
        tests: of their problem, in the order in which they were run.
        probe_ids: of the probe inputs; without any, clusters are made by the tests.
    """
    clustering: Clustering = ClustersByProbes(probe_ids) if probe_ids else ClustersByTests(True)
    generated = GeneratedTests(tests)
    for arrival, result in enumerate(results):
        clustering.add(arrival, result)
        generated.add(arrival, result)
    grouped = clustering.grouped()
    return grouped.standings(clustering.behaviours(grouped.arrivals), generated.passed(grouped.arrivals))


def without_hidden_tests(result: CandidateResult, tests: Sequence[TestCase]) -> CandidateResult:
    """Return a result as it were without the tests that a sampler could not see: judged by examples alone."""
    if result.verdict in _KEPT:
        return result
    examples = [
        execution
        for execution, test in zip(result.executions, tests, strict=False)
        if test.role is TestRole.EXAMPLE
    ]
    if not examples:
        return replace(result, verdict=Verdict.SKIPPED, tests_total=0)
    refused = (each.verdict for each in examples if each.verdict is not Verdict.ACCEPTED)
    return replace(result, verdict=next(refused, Verdict.ACCEPTED), tests_total=len(examples))


def correct_clusters(standings: Standings, right: Set[str]) -> Flags:
    """Return of each cluster whose candidates may be picked whether most of them are among the right ones.

    Candidates that probe inputs do not tell apart need not all be right.
    """
    shares = [
        np.mean([standings.candidate_ids[row] in right for row in rows]) for rows in standings.clusters()
    ]
    return np.array(shares, dtype=np.float64) > 0.5
