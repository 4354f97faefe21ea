"""How long a sampler takes for N samples on several streams, at its p99, and how many it makes in a time."""

from __future__ import annotations

import scipy

from verifierd.economics.durations import P99, Durations

MOST_SAMPLES = 1 << 30


def p99_s(sample: Durations, samples: int, streams: int) -> float:
    """Return by when all of N samples are there in 99 of 100 cases, in seconds.

    They are dealt to the S streams in turn: r = N mod S streams have one more than the w = N div S of the
    others, and each makes its own one after another. The last is there by t with the chance
    F_{w+1}(t)^r F_w(t)^(S-r), where F_w is the distribution of w samples in a row. For N up to S that is all;
    beyond, it is on the safe side for a sampler that hands the next sample to the first free stream (Wolff
    1977, "An Upper Bound for Multi-Channel Queues", Journal of Applied Probability 14), whose p99 may be a
    quarter less.

    Raises:
        ValueError: there is no sample, or no stream.
    """
    for name, count in (("samples", samples), ("streams", streams)):
        if count < 1:
            raise ValueError(f"{name} is {count}; it must be at least 1")
    each, one_more = divmod(samples, streams)
    rows = [(sample.in_a_row(each + 1), one_more)] if one_more else []
    if each:
        rows.append((sample.in_a_row(each), streams - one_more))

    def late(by_s: float) -> float:
        there = 1.0
        for row, count in rows:
            there *= row.not_above(by_s) ** count
        return P99 - there

    # The longer rows alone, and all streams with a row as long.
    longest, among = rows[0]
    low, high = (longest.quantile(P99 ** (1.0 / count)) for count in (among, min(streams, samples)))
    if high <= low or late(low) <= 0:
        return low
    return float(scipy.optimize.brentq(late, low, high, rtol=1e-9)) if late(high) < 0 else high


def most_within(sample: Durations, streams: int, target_s: float) -> int:
    """Return the largest number of samples that are there by `target_s` in 99 of 100 cases.

    Raises:
        ValueError: not even one sample is, there is no stream, or more than 2^30 samples are.
    """
    first_s = p99_s(sample, 1, streams)
    if not first_s <= target_s:
        raise ValueError(f"the p99 is to be {target_s} s, but that of one sample alone is {first_s:.4g} s")
    low, high = 1, 2
    while p99_s(sample, high, streams) <= target_s:
        low, high = high, 2 * high
        if high > MOST_SAMPLES:
            raise ValueError(f"the p99 is to be {target_s} s, enough for over {MOST_SAMPLES} samples")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if p99_s(sample, middle, streams) <= target_s else (low, middle)
    return low
