"""pass@k is the unbiased estimator, and no figure is made of too few samples."""

from __future__ import annotations

from itertools import combinations

import pytest

from verifierd_client.integrations.pass_at_k import each_of, estimate, mean


@pytest.mark.parametrize("samples", range(1, 8))
def test_it_is_the_share_of_draws_without_replacement_that_hold_a_correct_one(samples: int) -> None:
    for correct in range(samples + 1):
        for k in range(1, samples + 1):
            draws = list(combinations(range(samples), k))
            hits = sum(min(draw) < correct for draw in draws)
            assert estimate(samples, correct, k) == pytest.approx(hits / len(draws))


def test_a_k_above_the_samples_of_any_problem_is_left_out() -> None:
    assert each_of([(4, 4), (2, 1)], [1, 2, 3]) == {"pass@1": [1.0, 0.5], "pass@2": [1.0, 1.0]}
    assert each_of([], [1]) == {}
    assert mean([1.0, 0.5]) == 0.75
