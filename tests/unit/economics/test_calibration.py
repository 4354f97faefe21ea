from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.economics.calibration import calibrated_error, reliability

predictions = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def by_definition(pairs: list[tuple[float, bool]], bins: int) -> float:
    """Equation 3 of Guo et al. 2017, bin after bin, each prediction compared with the edges."""
    error = 0.0
    for m in range(1, bins + 1):
        inside = [pair for pair in pairs if (m - 1) / bins < pair[0] <= m / bins or (m == 1 and pair[0] == 0)]
        if inside:
            confidence = math.fsum(p for p, _ in inside) / len(inside)
            accuracy = sum(right for _, right in inside) / len(inside)
            error += len(inside) / len(pairs) * abs(accuracy - confidence)
    return error


@given(predictions, st.integers(1, 20))
def test_the_error_equals_the_definition_and_every_prediction_is_in_one_bin(
    pairs: list[tuple[float, bool]], bins: int
) -> None:
    found = reliability([p for p, _ in pairs], [right for _, right in pairs], bins)
    assert found.expected_calibration_error == pytest.approx(by_definition(pairs, bins), abs=1e-12)
    assert (len(found.bins), found.count) == (bins, len(pairs))


def test_who_says_what_comes_true_is_calibrated_and_who_is_too_sure_is_not() -> None:
    random = np.random.default_rng(3)
    truth = random.uniform(0.1, 0.6, 20_000)
    came_true = random.random(20_000) < truth
    assert reliability(truth, came_true).expected_calibration_error < 0.01
    assert reliability(truth + 0.3, came_true).expected_calibration_error == pytest.approx(0.3, abs=0.01)


def test_an_edge_belongs_to_the_bin_below_it() -> None:
    edges = [m / 10 for m in range(11)]
    assert [each.count for each in reliability(edges, [True] * 11).bins] == [2, *[1] * 9]


def test_a_bin_says_its_mean_its_share_and_the_doubt_of_so_few() -> None:
    empty, full = reliability([0.7, 0.9], [True, True], bins=2).bins
    assert (empty.count, empty.predicted, empty.observed) == (0, None, None)
    assert (full.low, full.high, full.count, full.predicted) == (0.5, 1.0, 2, 0.8)
    assert full.observed is not None
    assert [full.observed.value, full.observed.low, full.observed.high] == pytest.approx([1, 0.025**0.5, 1])


@pytest.mark.parametrize(
    ("probabilities", "outcomes", "bins", "says"),
    [
        ([], [], 10, "at least one"),
        ([0.5], [True, False], 10, "1 probabilities"),
        ([math.nan], [True], 10, "nan"),
        ([1.1], [True], 10, "1.1"),
        ([0.5], [2], 10, "outcome 0 is 2"),
        ([0.5, 0.5], [1, math.nan], 10, "outcome 1 is nan"),
        ([0.5], [True], 0, "bins is 0"),
    ],
)
def test_what_is_no_prediction_is_refused(
    probabilities: list[float], outcomes: list[int], bins: int, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        reliability(probabilities, outcomes, bins)
    with pytest.raises(ValueError, match="level"):
        reliability([0.5], [True], level=1.0)


def test_a_calibrated_forecaster_errs_by_chance_as_much_as_is_told() -> None:
    random = np.random.default_rng(5)
    truth = np.repeat(random.uniform(0, 1, 40), 5)
    told = calibrated_error(truth, np.repeat(np.arange(40), 5))
    errors = [
        reliability(truth, np.repeat(random.random(40), 5) < truth).expected_calibration_error
        for _ in range(200)
    ]
    assert told.value == pytest.approx(np.mean(errors), rel=0.1)
    assert 0.9 <= np.mean([told.covers(error) for error in errors]) <= 1


def test_chance_errs_less_where_predictions_are_of_more_problems() -> None:
    truth = np.random.default_rng(5).uniform(0, 1, 400)
    few, many = (calibrated_error(truth, np.arange(400) % problems) for problems in (10, 400))
    assert few.value > 2 * many.value


def test_who_is_certain_does_not_err_by_chance() -> None:
    told = calibrated_error([0.0, 1.0, 1.0], [0, 1, 1])
    assert (told.value, told.low, told.high) == (0.0, 0.0, 0.0)


def test_each_prediction_has_one_group() -> None:
    with pytest.raises(ValueError, match="2 probabilities, and groups of shape"):
        calibrated_error([0.1, 0.2], [0])
