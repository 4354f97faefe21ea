"""A long chain and samples at once cost and take what simulated ones do, at equal tokens."""

from __future__ import annotations

import math
import re
from dataclasses import astuple, replace
from typing import Any

import numpy as np
import pytest

from verifierd.economics.chains import Spending, Target, compare

SPENDING = Spending(
    tokens=1000,
    samples=8,
    usd_per_token=1e-5,
    decode_s_per_token=0.01,
    verification_usd=0.001,
    verification_s=0.5,
    chain_accuracy=0.6,
    sample_accuracy=0.3,
    tokens_cv=0.5,
)


def test_cost_and_latency_are_those_of_simulated_queries() -> None:
    random = np.random.default_rng(0)
    decoded_s = random.gamma(4, 2.5, (200_000, 8))
    solves = random.random(decoded_s.shape) < 0.3
    first_s = np.where(solves, decoded_s, math.inf).min(axis=1)
    found = compare(SPENDING)
    for way, simulated_s in (
        (found.serial, decoded_s.sum(axis=1)),
        (found.parallel, decoded_s.max(axis=1)),
        (found.parallel_first, first_s[np.isfinite(first_s)]),
    ):
        assert way.latency_s == pytest.approx(simulated_s.mean() + 0.5, rel=0.01)
        assert way.latency_p99_s == pytest.approx(np.quantile(simulated_s, 0.99) + 0.5, rel=0.02)
    assert found.parallel.accuracy == pytest.approx(np.isfinite(first_s).mean(), abs=0.005)
    assert (found.serial.cost_usd, found.parallel.cost_usd) == pytest.approx((0.081, 0.088))


def test_samples_of_equal_length_take_what_one_takes() -> None:
    found = compare(replace(SPENDING, tokens_cv=0.0))
    assert found.serial.latency_s == pytest.approx(80.5)
    for way in (found.parallel, found.parallel_first):
        assert (way.latency_s, way.latency_p99_s) == pytest.approx((10.5, 10.5))


def test_which_is_better_follows_from_the_numbers() -> None:
    better = compare(SPENDING).better
    assert better[Target.COST] == "serial"
    assert {better[each] for each in Target if each is not Target.COST} == {"parallel"}
    sure = compare(replace(SPENDING, chain_accuracy=1.0)).better
    assert sure[Target.ACCURACY] == "serial"
    assert sure[Target.COST_PER_RESOLVED] == "serial"


def test_one_sample_is_the_chain() -> None:
    found = compare(replace(SPENDING, samples=1, chain_accuracy=0.3))
    assert astuple(found.serial) == pytest.approx(astuple(found.parallel))
    assert found.parallel_first.latency_s == pytest.approx(found.serial.latency_s)
    assert found.better[Target.ACCURACY] is None
    assert found.better[Target.COST] is None


def test_a_coverage_that_is_known_goes_before_independent_samples() -> None:
    found = compare(replace(SPENDING, coverage=0.5))
    assert found.parallel.accuracy == 0.5
    assert found.parallel.usd_per_resolved == pytest.approx(0.176)
    # Fewer solve, so that the first of them comes later.
    assert found.parallel_first.latency_s > compare(SPENDING).parallel_first.latency_s


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_what_never_or_always_solves_has_an_answer(accuracy: float) -> None:
    found = compare(replace(SPENDING, sample_accuracy=accuracy, chain_accuracy=accuracy))
    assert found.parallel_first.usd_per_resolved == (math.inf if accuracy == 0 else pytest.approx(0.088))
    fastest = compare(replace(SPENDING, sample_accuracy=0.999)).parallel_first.latency_s
    expected = found.parallel.latency_s if accuracy == 0 else pytest.approx(fastest, rel=0.01)
    assert found.parallel_first.latency_s == expected
    assert found.better[Target.ACCURACY] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"samples": 0}, "samples is 0; it must be at least 1"),
        ({"tokens": 0}, "tokens is 0; it must be above 0"),
        ({"decode_s_per_token": 0}, "decode_s_per_token is 0; it must be above 0"),
        ({"tokens": math.nan}, "tokens is nan; it must be finite and at least 0"),
        ({"usd_per_token": -1}, "usd_per_token is -1; it must be finite"),
        ({"verification_s": math.inf}, "verification_s is inf; it must be finite"),
        ({"chain_accuracy": 1.1}, "chain_accuracy is 1.1; it must be from 0 to 1"),
        ({"coverage": math.nan}, "coverage is nan; it must be from 0 to 1"),
        ({"coverage": 0.2}, "coverage is 0.2, but one sample alone has the accuracy 0.3"),
    ],
)
def test_numbers_out_of_their_range_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        replace(SPENDING, **changes)
