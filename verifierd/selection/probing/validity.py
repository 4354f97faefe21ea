"""Which probe inputs are invalid, told by the candidates: nearly all that work elsewhere fail on them.

Of what is published, AlphaCode (Li et al. 2022, "Competition-Level Code Generation with AlphaCode", section
4.6) and CodeT (Chen et al. 2022, "CodeT: Code Generation with Generated Tests") run generated inputs without
a check of validity; AlphaCode says that invalid ones too can group programs. AlphaCode's data set (section
3.2) keeps a mutated test where right solutions agree on its output, and EvalPlus (Liu et al. 2023) has
contracts: a batch has neither. So the rule and the threshold here are this project's own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

THRESHOLD = 0.9
FEWEST_VOTERS = 5


def invalid_probes(
    failed: npt.NDArray[np.bool_],
    programs: Sequence[int] | npt.NDArray[np.int64] | None = None,
    threshold: float = THRESHOLD,
) -> npt.NDArray[np.bool_]:
    """Return which probes are invalid, of shape (probes,).

    Each distinct program has one vote on a probe, which weighs as much as the share of the *other* probes on
    which it did not fail: who fails everywhere says nothing. A probe is invalid where failures have
    `threshold` of that weight or more. A right program does not fail on a valid input, so what is dropped by
    mistake is a valid input on which at most 1 - `threshold` of what works is right: hard edges at which
    most crash stay, with the default unless nine of ten do. Nothing is invalid by the word of fewer than
    `FEWEST_VOTERS` distinct programs that worked on another probe, so neither where all fail everywhere:
    then candidates are bad or all probes are, and nothing here tells which.

    Args:
        failed: of shape (candidates, probes), whether a candidate ended with an exception or was killed.
        programs: a number for each candidate, equal for equal programs, which share one vote; None where
            all are distinct.
        threshold: the least share of failures of an invalid probe, above 0.5 and at most 1.

    Raises:
        ValueError: `failed` is no matrix of flags, `programs` has another length, or `threshold` is out of
            range.
    """
    flags = np.asarray(failed)
    if flags.ndim != 2 or flags.dtype != np.bool_:
        raise ValueError(
            f"failed has type {flags.dtype} and shape {flags.shape}; "
            "it must be flags of shape (candidates, probes)"
        )
    if not 0.5 < threshold <= 1.0:
        raise ValueError(f"threshold is {threshold}; it must be above 0.5 and at most 1")
    candidates, probes = flags.shape
    numbers = np.arange(candidates) if programs is None else np.asarray(programs)
    if numbers.shape != (candidates,):
        raise ValueError(
            f"programs has shape {numbers.shape}; it must have one number for {candidates} candidates"
        )
    _, of, copies = np.unique(numbers, return_inverse=True, return_counts=True)
    worked = ~flags
    elsewhere = (worked.sum(axis=1, keepdims=True) - worked) / max(1, probes - 1)
    weight = elsewhere / copies[of][:, np.newaxis]
    voters = np.zeros((copies.size, probes), dtype=np.bool_)
    np.logical_or.at(voters, of, elsewhere > 0)
    total = weight.sum(axis=0)
    against = (weight * flags).sum(axis=0)
    # A share that is the threshold but for rounding counts as it.
    most = against >= threshold * total * (1.0 - 1e-12)
    return np.asarray(most & (voters.sum(axis=0) >= FEWEST_VOTERS), dtype=np.bool_)
