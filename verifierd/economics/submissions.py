"""n@k: what is solved by submitting n of k samples, those that pass the example tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import hypergeom


def n_at_k(samples: int, passing: int, correct: int, n: int, k: int) -> float:
    """Return n@k of one problem: the chance that n picks from k samples hold a correct one, in [0, 1].

    Li et al. 2022, "Competition-Level Code Generation with AlphaCode", section 2.2: of k samples those are
    kept that pass the example tests, and n of them picked. Of those kept, any n are as likely as any other
    here, so f of them miss with C(p-c, m) / C(p, m), where p of the samples pass the example tests, c of
    those are correct, and m is the lesser of n and f; f itself is hypergeometric.

    Args:
        samples: how many there are.
        passing: how many of them pass the example tests.
        correct: how many of those are correct.
        n: how many are picked, at least 1.
        k: how many samples are drawn, from 1 to `samples`.

    Raises:
        ValueError: a number is out of range.
    """
    if not 0 <= correct <= passing <= samples:
        raise ValueError(
            f"{correct} correct, {passing} passing and {samples} samples: each must be at most the next"
        )
    if n < 1 or not 1 <= k <= samples:
        raise ValueError(f"n is {n} and k is {k}; n is at least 1, k from 1 to {samples}")
    kept = np.arange(max(0, k - (samples - passing)), min(k, passing) + 1)
    likely = hypergeom.pmf(kept, samples, passing, k)
    most = min(n, passing)
    missed = _missed(passing, correct, most)[np.minimum(kept, most)]
    return float(np.clip(1.0 - (likely * missed).sum() / likely.sum(), 0.0, 1.0))


def _missed(passing: int, correct: int, most: int) -> npt.NDArray[np.float64]:
    """Return the chance that m of the passing hold no correct one, for m from 0 to `most`."""
    factors = np.clip(1.0 - correct / (passing - np.arange(most)), 0.0, 1.0)
    return np.concatenate([[1.0], np.cumprod(factors)])
