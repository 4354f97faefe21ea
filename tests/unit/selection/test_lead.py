from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from verifierd.selection.lead import lead_tail


@given(st.lists(st.integers(0, 60), max_size=6))
def test_it_is_the_binomial_tail_of_the_two_largest(sizes: list[int]) -> None:
    first, second, *_ = (*sorted(sizes, reverse=True), 0, 0)
    assert lead_tail(sizes) == pytest.approx(float(binom.cdf(second, first + second + 1, 0.5)))


def test_four_alike_and_no_other_lead_beyond_doubt_and_three_do_not() -> None:
    assert lead_tail([4]) == pytest.approx(1 / 32)
    assert lead_tail([3]) == pytest.approx(1 / 16)
    assert lead_tail([]) == pytest.approx(1 / 2)


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 candidates"):
        lead_tail([3, -1])
