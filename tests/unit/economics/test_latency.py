"""By when samples on several streams are there, held against streams that are simulated."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from verifierd.economics.durations import Durations
from verifierd.economics.latency import most_within, p99_s

SAMPLE = Durations(2.0, 0.6)


@pytest.mark.parametrize(("samples", "streams"), [(1, 4), (3, 4), (8, 8), (9, 4), (40, 8)])
def test_the_p99_is_that_of_simulated_streams(samples: int, streams: int) -> None:
    random, shape = np.random.default_rng(2), 0.6**-2
    dealt, first_free = np.zeros((30_000, streams)), np.zeros((30_000, streams))
    for number in range(samples):
        takes = random.gamma(shape, 2.0 / shape, 30_000)
        dealt[:, number % streams] += takes
        first_free[np.arange(30_000), first_free.argmin(axis=1)] += takes
    found = p99_s(SAMPLE, samples, streams)
    assert found == pytest.approx(np.quantile(dealt.max(axis=1), 0.99), rel=0.02)
    # A sampler whose streams take the next sample as they become free is no slower.
    assert np.quantile(first_free.max(axis=1), 0.99) <= found * 1.02


@pytest.mark.parametrize("streams", [1, 3, 8])
def test_one_sample_more_would_be_late(streams: int) -> None:
    most = most_within(SAMPLE, streams, 30.0)
    assert p99_s(SAMPLE, most, streams) <= 30.0 < p99_s(SAMPLE, most + 1, streams)


def test_samples_that_always_take_the_same_fill_the_time() -> None:
    assert most_within(Durations(2.0, 0.0), 8, 30.0) == 8 * 15
    assert most_within(Durations(2.0, 0.0), 8, 29.9) == 8 * 14


def test_a_time_too_short_for_one_sample_is_refused_with_what_it_takes() -> None:
    alone_s = SAMPLE.quantile(0.99)
    for target_s in (1.0, 0.0, -1.0, math.nan):
        words = re.escape(f"the p99 is to be {target_s} s, but that of one sample alone is {alone_s:.4g} s")
        with pytest.raises(ValueError, match=words):
            most_within(SAMPLE, 4, target_s)


def test_counts_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="samples is 0; it must be at least 1"):
        p99_s(SAMPLE, 0, 1)
    with pytest.raises(ValueError, match="streams is 0; it must be at least 1"):
        most_within(SAMPLE, 0, 30.0)
    with pytest.raises(ValueError, match="enough for over 1073741824 samples"):
        most_within(SAMPLE, 4, math.inf)
