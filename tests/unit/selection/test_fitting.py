from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.selection.beliefs import Beliefs
from verifierd.selection.evidence import Evidence
from verifierd.selection.fitting import Labelled, fit_beliefs
from verifierd.selection.posterior import probabilities


def labelled(
    sizes: list[int], correct: list[bool], passed: list[float], alike: list[int] | None = None
) -> Labelled:
    n = len(sizes)
    answers = np.array(alike or [0] * n)
    evidence = Evidence(np.array(sizes), np.array(passed), 10, np.ones(n), 10, answers, np.eye(n))
    return Labelled(evidence, np.array(correct, dtype=np.bool_))


SMALL_IS_RIGHT = [labelled([9, 3], [False, True], [0.0, 0.9])] * 6


def test_what_is_known_becomes_likelier() -> None:
    learned = fit_beliefs(SMALL_IS_RIGHT, deviation=2.0)
    evidence = SMALL_IS_RIGHT[0].evidence
    before, after = (probabilities(evidence, each).clusters[1] for each in (Beliefs(), learned))
    assert after > before


def test_a_prior_that_weighs_much_changes_little() -> None:
    learned = fit_beliefs(SMALL_IS_RIGHT, deviation=1e-3)
    for name in Beliefs.__dataclass_fields__:
        assert getattr(learned, name) == pytest.approx(getattr(Beliefs(), name), rel=0.01)


@pytest.mark.parametrize(("right", "is_likelier"), [([True, False], False), ([False, True], True)])
def test_how_many_do_not_look_at_their_input_is_learned(right: list[bool], is_likelier: bool) -> None:
    known = [labelled([5, 5], right, [0.0, 0.0], alike=[4, 0])] * 6
    learned = fit_beliefs(known, deviation=2.0)
    assert (learned.ignoring > Beliefs().ignoring) is is_likelier


def test_parts_of_one_problem_count_as_one_batch() -> None:
    alone = fit_beliefs(SMALL_IS_RIGHT[:1])
    in_parts = fit_beliefs(SMALL_IS_RIGHT, parts=len(SMALL_IS_RIGHT))
    for name in Beliefs.__dataclass_fields__:
        assert getattr(in_parts, name) == pytest.approx(getattr(alone, name), rel=1e-3)
    with pytest.raises(ValueError, match="parts is 0"):
        fit_beliefs(SMALL_IS_RIGHT, parts=0)


def test_where_nobody_is_ever_right_none_is_likelier() -> None:
    nobody = [labelled([5, 4], [False, False], [0.3, 0.3])] * 6
    learned = fit_beliefs(nobody, deviation=2.0)
    evidence = nobody[0].evidence
    assert probabilities(evidence, learned).none > probabilities(evidence, Beliefs()).none


@pytest.mark.parametrize(
    ("batches", "deviation", "words"),
    [
        ([], 1.0, "nothing to learn"),
        ([labelled([], [], [])], 1.0, "nothing to learn"),
        ([labelled([1, 1], [True], [0.0, 0.0])], 1.0, "labels of shape"),
        (SMALL_IS_RIGHT, 0.0, "deviation is 0"),
        (SMALL_IS_RIGHT, math.nan, "deviation is nan"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(
    batches: list[Labelled], deviation: float, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        fit_beliefs(batches, deviation=deviation)
