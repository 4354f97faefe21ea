from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.selection.beliefs import Beliefs
from verifierd.selection.evidence import Evidence
from verifierd.selection.fitting import Labelled, fit_beliefs
from verifierd.selection.posterior import probabilities


def labelled(sizes: list[int], correct: list[bool], passed: list[float]) -> Labelled:
    n = len(sizes)
    evidence = Evidence(np.array(sizes), np.array(passed), 10, np.ones(n), 10, np.eye(n))
    return Labelled(evidence, np.array(correct, dtype=np.bool_))


SMALL_IS_RIGHT = [labelled([9, 3], [False, True], [0.0, 0.9])] * 6


def test_what_is_known_becomes_likelier() -> None:
    learned = fit_beliefs(SMALL_IS_RIGHT, prior_weight=0.01)
    evidence = SMALL_IS_RIGHT[0].evidence
    before, after = (probabilities(evidence, each).clusters[1] for each in (Beliefs(), learned))
    assert after > before


def test_a_prior_that_weighs_much_changes_little() -> None:
    learned = fit_beliefs(SMALL_IS_RIGHT, prior_weight=1e6)
    for name in Beliefs.__dataclass_fields__:
        assert getattr(learned, name) == pytest.approx(getattr(Beliefs(), name), rel=0.01)


def test_where_nobody_is_ever_right_none_is_likelier() -> None:
    nobody = [labelled([5, 4], [False, False], [0.3, 0.3])] * 6
    learned = fit_beliefs(nobody, prior_weight=0.01)
    evidence = nobody[0].evidence
    assert probabilities(evidence, learned).none > probabilities(evidence, Beliefs()).none


@pytest.mark.parametrize(
    ("batches", "weight", "words"),
    [
        ([], 1.0, "nothing to learn"),
        ([labelled([], [], [])], 1.0, "nothing to learn"),
        ([labelled([1, 1], [True], [0.0, 0.0])], 1.0, "labels of shape"),
        (SMALL_IS_RIGHT, -1.0, "prior_weight is -1"),
        (SMALL_IS_RIGHT, math.nan, "prior_weight is nan"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(batches: list[Labelled], weight: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit_beliefs(batches, prior_weight=weight)
