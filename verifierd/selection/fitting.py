"""What is believed of samples, learned from batches of which it is known who is right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
import scipy

from verifierd.selection.beliefs import RANGES, Beliefs
from verifierd.selection.evidence import Evidence, Floats
from verifierd.selection.posterior import probabilities
from verifierd.selection.standings import Flags

PRIOR_DEVIATION = 0.1
"""Of a number from its default, on its scale without ends: few problems change little. Of 0.03 to 1 the log
loss on problems that were not learned from was least from 0.1 to 0.15; 0.1 told `none` apart best."""
LARGEST = math.log(1e6)
LEAST = 1e-9  # probability: what is thought impossible costs much, and not everything
MAX_ROUNDS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A batch's evidence, and of each cluster whether it is correct, of shape (clusters,)."""

    evidence: Evidence
    correct: Flags


def fit_beliefs(
    batches: Sequence[Labelled],
    start: Beliefs | None = None,
    deviation: float = PRIOR_DEVIATION,
    parts: int = 1,
) -> Beliefs:
    """Return the beliefs under which what is known of these batches is likeliest.

    Maximum a posteriori by L-BFGS-B: the log loss of the correct clusters together, or of none where there is
    none; that of the first pick, so that its probability is calibrated; and a normal prior around `start`, on
    log-odds of shares and on logarithms of the others.

    Args:
        batches: at least one with a cluster.
        start: where the search begins and what the prior is around; the defaults if None.
        deviation: the prior's standard deviation, above 0.
        parts: how many batches are parts of one problem: as they are not independent, they count as one.

    Raises:
        ValueError: there is no batch with a cluster, labels are not one a cluster, the deviation is not
            a finite number above 0, or there is less than one part.
    """
    if not 0 < deviation < math.inf:
        raise ValueError(f"deviation is {deviation}; it must be a finite number above 0")
    if parts < 1:
        raise ValueError(f"parts is {parts}; it must be at least 1")
    for place, each in enumerate(batches):
        if each.correct.shape != each.evidence.sizes.shape:
            clusters, labels = each.evidence.sizes.size, each.correct.shape
            raise ValueError(f"batch {place} has {clusters} clusters and labels of shape {labels}")
    telling = [each for each in batches if each.evidence.sizes.size]
    if not telling:
        raise ValueError(
            "there is no batch with a candidate that may be picked, so there is nothing to learn"
        )
    begin = _free(start or Beliefs())

    def loss(free: Floats) -> float:
        beliefs = _beliefs(free)
        told = math.fsum(_log_loss(each, beliefs) for each in telling) / parts
        prior = float((((free - begin) / deviation) ** 2).sum()) / 2
        return (told + prior) * parts / len(telling)  # on one scale, whatever their number: rounds end by it

    found = scipy.optimize.minimize(loss, begin, method="L-BFGS-B", options={"maxiter": MAX_ROUNDS})
    return _beliefs(found.x)


def _log_loss(batch: Labelled, beliefs: Beliefs) -> float:
    """Return what the truth costs: that of the correct clusters or of none, and that of the first pick."""
    found = probabilities(batch.evidence, beliefs)
    correct = float(found.first[batch.correct].sum()) if batch.correct.any() else found.none
    best = int(np.argmax(found.clusters))
    picked = float(found.clusters[best])
    hit = picked if batch.correct[best] else 1.0 - picked
    return -math.log(max(correct, LEAST)) - math.log(max(hit, LEAST))


def _free(beliefs: Beliefs) -> Floats:
    """Return the numbers on scales without ends."""
    return np.array(
        [
            _log_odds(value / _top(field.name)) if _top(field.name) < math.inf else math.log(value)
            for field, value in zip(fields(Beliefs), astuple(beliefs), strict=True)
        ]
    )


def _beliefs(free: Floats) -> Beliefs:
    values = {}
    for field, number in zip(fields(Beliefs), free, strict=True):
        top = _top(field.name)
        held = max(-LARGEST, min(LARGEST, float(number)))
        values[field.name] = top / (1.0 + math.exp(-held)) if top < math.inf else math.exp(held)
    return Beliefs(**values)


def _top(name: str) -> float:
    """Return the highest value of a share; infinity for what is none."""
    allowed = RANGES.get(name)
    return math.inf if allowed is None or allowed.high > 1 else allowed.high


def _log_odds(share: float) -> float:
    held = min(max(share, 1e-6), 1.0 - 1e-6)
    return math.log(held / (1.0 - held))
