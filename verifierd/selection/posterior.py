"""The probability that a cluster is the correct one, or that none is.

Each sample is correct with a chance that is 0 on some problems and else drawn from a Beta distribution
(`economics.difficulty` has the same belief). Correct programs all do the same and so form one cluster; those
that are wrong fall into clusters as a Chinese restaurant's guests do (`partitions`). So for cluster j of m
programs among n, by Bayes' rule,

    P(j)    in proportion to (1 - z) * (B(a + m, b + n - m) / B(a, b) * partition(all but j)) ** w
    P(none) in proportion to z * partition(all) ** w + (1 - z) * (B(a, b + n) / B(a, b) * partition(all)) ** w

and P(j) times what tests written by a model, and inputs, say of it: of the tests that the best cluster passes
a correct program passes more than wrong ones do, and it comes to an answer on more inputs. The exponent w and
the numbers of tests and inputs that all of them are worth weaken what they say, since neither samples nor
tests of one model are independent. DESIGN.md, section 7, names the two priors; Chen et al. 2022, "CodeT",
section 2.2, that agreement with generated tests tells correct programs.

A program may not look at its input at all. One that does gives m inputs the same answer with chance 1 / m, by
Laplace's rule of succession (1774), so of those whose m answers are alike a share (1 - q) / (1 - q + q m)
looks, where q is `ignoring`; P(j) is times that share. It is 1 where answers differ.

Where a problem leaves open what to do, correct programs are in several clusters. So cluster j is correct with
probability sum_i P(i) * agreement(i, j) ** kinship, where agreement is the share of inputs on which i and j
do the same: that is the ranking of minimum Bayes risk, too (`rules.mbr_exec`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from verifierd.selection.beliefs import Beliefs
from verifierd.selection.evidence import Evidence, Floats
from verifierd.selection.partitions import log_partition, log_partitions_without


@dataclass(frozen=True, slots=True, eq=False)
class Probabilities:
    """That each cluster is correct, of shape (clusters,), and that none is.

    Several may be: where a problem leaves open what to do, correct programs differ. `first` is that each is
    the one that most correct programs are in; these and `none` are 1 together.
    """

    clusters: Floats
    none: float
    first: Floats


def probabilities(evidence: Evidence, beliefs: Beliefs) -> Probabilities:
    """Return the posterior in time linear in the clusters; without any, none is correct for certain."""
    if evidence.sizes.size == 0:
        return Probabilities(np.empty(0), 1.0, np.empty(0))
    logs = log_posterior(evidence, beliefs)
    weights = np.exp(logs - logs.max())
    shares = weights / weights.sum()
    first, none = shares[:-1], float(shares[-1])
    clusters = first.copy()
    compared = evidence.agreement.shape[0]
    clusters[:compared] = np.minimum(evidence.agreement**beliefs.kinship @ first[:compared], 1.0 - none)
    return Probabilities(clusters, none, first)


def log_posterior(evidence: Evidence, beliefs: Beliefs) -> Floats:
    """Return the log of each cluster's posterior up to a constant, and of that of none last."""
    sizes, n = evidence.sizes, int(evidence.sizes.sum())
    a, b, weight = beliefs.correct_a, beliefs.correct_b, beliefs.size_weight
    restaurant = beliefs.concentration, beliefs.discount
    log_none, log_some = math.log(beliefs.unsolvable), math.log1p(-beliefs.unsolvable)
    base = betaln(a, b)
    correct = betaln(a + sizes, b + n - sizes) - base + log_partitions_without(sizes, *restaurant)
    missed = np.logaddexp(log_none, log_some + weight * (betaln(a, b + n) - base))
    nobody = missed + weight * log_partition(sizes, *restaurant)
    shown = _of_tests(evidence, beliefs) + _of_inputs(evidence, beliefs) + _of_answers(evidence, beliefs)
    return np.append(log_some + weight * correct + shown, nobody)


def _of_tests(evidence: Evidence, beliefs: Beliefs) -> Floats:
    most = float(evidence.passed.max(initial=0.0))
    if most == 0:  # nobody passes any: the tests say nothing
        return np.zeros(evidence.sizes.shape)
    worth = _worth(evidence.tests * most, beliefs.tests_worth)
    share = evidence.passed / most
    right = _log_share(share, worth, beliefs.right_a, beliefs.right_b)
    return right - _log_share(share, worth, beliefs.wrong_a, beliefs.wrong_b)


def _of_inputs(evidence: Evidence, beliefs: Beliefs) -> Floats:
    worth = _worth(evidence.inputs, beliefs.inputs_worth)
    sound = _log_share(evidence.answered, worth, beliefs.sound_a, beliefs.sound_b)
    return sound - _log_share(evidence.answered, worth, beliefs.unsound_a, beliefs.unsound_b)


def _of_answers(evidence: Evidence, beliefs: Beliefs) -> Floats:
    looking = 1.0 - beliefs.ignoring
    return np.asarray(
        math.log(looking) - np.log(looking + beliefs.ignoring * evidence.alike), dtype=np.float64
    )


def _worth(count: float, at_most: float) -> float:
    """Return how many independent ones so many are worth: all of few, hardly more than the bound of many."""
    return count * at_most / (count + at_most) if count and at_most else 0.0


def _log_share(share: Floats, count: float, a: float, b: float) -> Floats:
    """Return the log probability of a share of so many, by a Beta-binomial, up to a constant."""
    return np.asarray(betaln(a + share * count, b + (1.0 - share) * count) - betaln(a, b), dtype=np.float64)
