from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifierd.economics.coverage import mean_pass_at_k, pass_at_k


def by_counting(n: int, c: int, k: int) -> float:
    """The definition, 1 - C(n-c, k) / C(n, k), in exact integers."""
    return float(1 - Fraction(comb(n - c, k), comb(n, k)))


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[int], list[int], int]:
    samples = draw(st.lists(st.integers(1, 300), min_size=1, max_size=6))
    correct = [draw(st.integers(0, n)) for n in samples]
    return samples, correct, draw(st.integers(1, min(samples)))


@given(problems())
@settings(max_examples=200)
def test_it_equals_the_definition(drawn: tuple[list[int], list[int], int]) -> None:
    samples, correct, k = drawn
    expected = [by_counting(n, c, k) for n, c in zip(samples, correct, strict=True)]
    assert pass_at_k(samples, correct, k) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("c", "k"), [(1, 1), (1, 9_999), (5_000, 3), (3, 5_000), (5_000, 5_000), (9_990, 11)]
)
def test_it_holds_to_twelve_digits_at_ten_thousand_samples(c: int, k: int) -> None:
    assert pass_at_k([10_000], [c], k)[0] == pytest.approx(by_counting(10_000, c, k), abs=1e-12)


@given(problems())
def test_more_correct_samples_never_lower_it(drawn: tuple[list[int], list[int], int]) -> None:
    samples, correct, k = drawn
    more = [min(n, c + 1) for n, c in zip(samples, correct, strict=True)]
    assert np.all(pass_at_k(samples, more, k) >= pass_at_k(samples, correct, k) - 1e-15)


def test_none_correct_is_zero_and_all_correct_is_one() -> None:
    assert list(pass_at_k([5, 5], [0, 5], 3)) == [0.0, 1.0]


def test_with_one_draw_it_is_the_share_of_correct_samples() -> None:
    assert list(pass_at_k(np.array([4, 10]), np.array([1, 5]), 1)) == [0.25, 0.5]
    assert mean_pass_at_k([4, 10], [1, 5], 1) == 0.375


@pytest.mark.parametrize(
    ("samples", "correct", "k", "says"),
    [
        ([10], [1], 11, "k is 11, but problem 0 has 10 samples"),
        ([10], [1], 0, "at least 1"),
        ([10, 10], [1, 11], 1, "problem 1 has 11 correct of 10"),
        ([10], [-1], 1, "problem 0 has -1 correct"),
        ([10, 10], [1], 1, "one number a problem"),
    ],
)
def test_what_has_no_answer_is_refused_with_the_reason(
    samples: list[int], correct: list[int], k: int, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        pass_at_k(samples, correct, k)


def test_no_problems_have_no_mean() -> None:
    assert pass_at_k([], [], 1).size == 0
    with pytest.raises(ValueError, match="no problems"):
        mean_pass_at_k([], [], 1)
