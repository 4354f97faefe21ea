"""What a batch shows of its clusters: how large they are, what they passed, where they came to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifierd.selection.standings import NOTHING, Numbers, Standings

Floats = npt.NDArray[np.float64]
COMPARED = 32
"""Clusters that are compared with one another: the largest."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """One row a cluster, the largest first, of those whose candidates may be picked.

    Attributes:
        sizes: of shape (clusters,), candidates of each, at least 1.
        passed: of shape (clusters,), mean share of the tests written by a model that its candidates pass.
        tests: how many such tests there are.
        answered: of shape (clusters,), share of the inputs on which they came to an answer.
        inputs: how many inputs there are.
        alike: of shape (clusters,), to how many inputs a cluster has one and the same answer; 0 where it has
            several, where it has one alone, and where no cluster has several.
        agreement: of shape (k, k), on what share of the inputs two of the k largest clusters do the same.
    """

    sizes: Numbers
    passed: Floats
    tests: int
    answered: Floats
    inputs: int
    alike: Numbers
    agreement: Floats


def evidence_of(standings: Standings, clusters: Sequence[Numbers]) -> Evidence:
    """Return what is seen of clusters, each given by its rows."""
    first = np.array([group[0] for group in clusters], dtype=np.int64)
    tests, inputs = standings.passed.shape[1], standings.behaviours.shape[1]
    passed = [float(standings.passed[group].mean()) if tests else 0.0 for group in clusters]
    behaviours = standings.behaviours[first]
    answered = (behaviours != NOTHING).mean(axis=1) if inputs else np.ones(len(first))
    return Evidence(
        sizes=np.array([group.size for group in clusters], dtype=np.int64),
        passed=np.array(passed, dtype=np.float64),
        tests=tests,
        answered=np.asarray(answered, dtype=np.float64),
        inputs=inputs,
        alike=_alike(behaviours),
        agreement=_agreement(behaviours[:COMPARED]),
    )


def _alike(behaviours: Numbers) -> Numbers:
    if behaviours.shape[1] == 0:
        return np.zeros(behaviours.shape[0], dtype=np.int64)
    answered = behaviours != NOTHING
    one = np.take_along_axis(behaviours, answered.argmax(axis=1)[:, np.newaxis], axis=1)
    several = (answered & (behaviours != one)).any(axis=1)
    count = answered.sum(axis=1)
    return np.where(several.any() & ~several & (count > 1), count, 0)


def _agreement(behaviours: Numbers) -> Floats:
    if behaviours.shape[1] == 0:
        return np.eye(behaviours.shape[0])
    same = behaviours[:, np.newaxis, :] == behaviours[np.newaxis, :, :]
    same &= behaviours[:, np.newaxis, :] != NOTHING
    agreement = np.asarray(same.mean(axis=2), dtype=np.float64)
    np.fill_diagonal(agreement, 1.0)
    return agreement
