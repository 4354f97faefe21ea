"""What drawing more samples is worth where the suite that picks one errs, and when it begins to harm."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from verifierd.economics.intervals import Floats

AT_ONCE = 256
MOST_SAMPLES = 100_000
ROUNDING = 1e-12


def expected_value(
    samples: int,
    right: npt.ArrayLike,
    completeness: npt.ArrayLike,
    false_positive_rate: npt.ArrayLike,
    harm: float = 1.0,
) -> float:
    """Return what so many samples of a problem are worth: 1 for a right pick, -`harm` for a wrong one.

    The pick is the first accepted sample, or any of the accepted ones at random, which comes to the same;
    where none is accepted nothing is picked, worth 0. A sample is accepted with probability
    a = c r + f (1 - r), so K samples are worth (1 - (1 - a)^K) (c r - harm f (1 - r)) / a; problems count the
    same each. After Stroebl, Kapoor and Narayanan 2024, "Inference Scaling fLaws: The Limits of LLM
    Resampling with Imperfect Verifiers", where a false positive costs more than an abstention.

    Args:
        samples: K, at least 0.
        right: share r of right programs among the samples, of one problem or of each of several.
        completeness: c, one for all or one a problem.
        false_positive_rate: f, one for all or one a problem.
        harm: what a wrong pick costs, at least 0.

    Raises:
        ValueError: a number is out of range, or the lengths do not fit.
    """
    if samples < 0:
        raise ValueError(f"samples is {samples}; it must be at least 0")
    margin, missed = _terms(right, completeness, false_positive_rate, harm)
    return float(_worth(margin, missed, np.array([samples]))[0])


def harmful_samples(
    right: npt.ArrayLike,
    completeness: npt.ArrayLike,
    false_positive_rate: npt.ArrayLike,
    harm: float = 1.0,
) -> int | None:
    """Return K*, the number of samples worth most: beyond it more of them harm. None where they never do.

    Of one problem it is 0 or None, since each further sample is worth a positive multiple of
    c r - harm f (1 - r). Of several it can lie between: what more samples bring is picks for the problems
    that the suite seldom accepts anything of, and of those most may be wrong. Sample K + 1 adds the sum of
    (1 - a)^K (c r - harm f (1 - r)) over problems; once the term of the least a outweighs all others it does
    so for good, and the search ends there, or at `MOST_SAMPLES`.

    Raises:
        ValueError: as `expected_value`.
    """
    margin, missed = _terms(right, completeness, false_positive_rate, harm)
    missed, place = np.unique(missed, return_inverse=True)
    margin = np.bincount(place, margin).astype(np.float64)
    told = (margin != 0) & (missed < 1)
    missed, margin = missed[told], margin[told]
    if margin.size == 0:
        return None
    best, best_worth = 0, 0.0
    for begin in range(0, MOST_SAMPLES, AT_ONCE):
        counts = np.arange(begin + 1, begin + AT_ONCE + 1)
        worth = _worth(margin, missed, counts)
        if worth.max() > best_worth:
            best, best_worth = int(counts[worth.argmax()]), float(worth.max())
        # Relative to the last term, so that nothing is lost where all powers are too small for a float.
        others = np.abs(margin[:-1]) * (missed[:-1] / missed[-1]) ** counts[-1]
        if abs(margin[-1]) > others.sum():
            break
    forever = float((margin / (1.0 - missed)).sum() / margin.size)
    return None if margin[-1] > 0 and forever >= best_worth * (1.0 - ROUNDING) else best


def check_harm(harm: float) -> None:
    """Raise ValueError where what a wrong pick costs is below 0 or not finite."""
    if not 0 <= harm < float("inf"):
        raise ValueError(f"harm is {harm}; it must be at least 0 and finite")


def _terms(
    right: npt.ArrayLike, completeness: npt.ArrayLike, false_positive_rate: npt.ArrayLike, harm: float
) -> tuple[Floats, Floats]:
    """Return of each problem what its accepted samples are worth on average times a, and 1 - a."""
    check_harm(harm)
    r, c, f = (
        np.atleast_1d(np.asarray(each, dtype=np.float64))
        for each in (right, completeness, false_positive_rate)
    )
    for name, shares in (("right", r), ("completeness", c), ("false_positive_rate", f)):
        if shares.ndim != 1 or shares.size == 0 or shares.size not in (1, r.size):
            raise ValueError(f"{name} has the shape {shares.shape}; one number, or one a problem, is needed")
        for problem in np.flatnonzero(~((shares >= 0) & (shares <= 1)))[:1]:
            raise ValueError(f"{name} of problem {problem} is {shares[problem]}; a share is from 0 to 1")
    accepted = c * r + f * (1.0 - r)
    return c * r - harm * f * (1.0 - r), np.clip(1.0 - accepted, 0.0, 1.0)


def _worth(margin: Floats, missed: Floats, counts: npt.NDArray[np.int64]) -> Floats:
    """Return the mean worth over problems of each number of samples."""
    accepts = missed < 1.0
    rate = np.where(accepts, margin / np.where(accepts, 1.0 - missed, 1.0), 0.0)
    chance = 1.0 - missed ** counts[:, None]
    return np.asarray((chance * rate).mean(axis=1), dtype=np.float64)
