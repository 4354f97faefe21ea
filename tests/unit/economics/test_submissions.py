from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifierd.economics.coverage import pass_at_k
from verifierd.economics.submissions import n_at_k


def by_counting(samples: int, passing: int, correct: int, n: int, k: int) -> float:
    """The definition: of all draws of k samples and all picks of n among those that pass."""
    solved, draws = 0.0, 0
    for drawn in combinations(range(samples), k):
        kept = [each for each in drawn if each < passing]
        picks = list(combinations(kept, min(n, len(kept))))
        solved += sum(any(each < correct for each in pick) for pick in picks) / len(picks)
        draws += 1
    return solved / draws


@st.composite
def numbers(draw: st.DrawFn) -> tuple[int, int, int, int, int]:
    samples = draw(st.integers(1, 8))
    passing = draw(st.integers(0, samples))
    correct = draw(st.integers(0, passing))
    return samples, passing, correct, draw(st.integers(1, 9)), draw(st.integers(1, samples))


@given(numbers())
@settings(max_examples=150)
def test_it_equals_the_definition(drawn: tuple[int, int, int, int, int]) -> None:
    assert n_at_k(*drawn) == pytest.approx(by_counting(*drawn), abs=1e-12)


@given(st.integers(1, 200), st.data())
def test_as_many_picks_as_samples_are_pass_at_k(samples: int, data: st.DataObject) -> None:
    correct = data.draw(st.integers(0, samples))
    k = data.draw(st.integers(1, samples))
    expected = pass_at_k([samples], [correct], k)[0]
    assert n_at_k(samples, correct, correct, k, k) == pytest.approx(expected, abs=1e-9)


def test_large_numbers_stay_exact_enough() -> None:
    assert n_at_k(1_000_000, 1_000, 500, 10, 1_000_000) == pytest.approx(1 - 0.5**10, rel=0.01)
    assert n_at_k(1_000_000, 0, 0, 10, 1_000) == 0.0


@pytest.mark.parametrize(
    "wrong",
    [(5, 6, 0, 1, 1), (5, 3, 4, 1, 1), (5, 3, -1, 1, 1), (5, 3, 1, 0, 1), (5, 3, 1, 1, 0), (5, 3, 1, 1, 6)],
)
def test_numbers_out_of_range_are_refused(wrong: tuple[int, int, int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"at most the next|at least 1"):
        n_at_k(*wrong)
