"""Coverage for the report: pass@k with its band, the power law through it, what lies beyond the samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from verifierd.economics.coverage import pass_at_k_estimate
from verifierd.economics.difficulty import coverages_beyond
from verifierd.economics.power_law import PowerLaw, fit_power_law
from verifierd.model import Estimate
from verifierd.report.samples import Gathered

KS = (1, 10, 100)
ROUND_KS = tuple(step * 10**power for power in range(6) for step in (1, 2, 5))
POINTS_BETWEEN = 12
BEYOND = (2, 4, 10)
"""How many times the samples that there are."""
FIT_RESAMPLES = 100
"""How often the difficulty of the tasks is fitted anew, each some tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """The share of tasks that k samples of each solve."""

    k: int
    coverage: Estimate


@dataclass(frozen=True, slots=True)
class CoverageFigures:
    """Coverage over the number of samples.

    Attributes:
        samples: the least number of judged samples of a task; k up to that needs no model.
        measured: pass@k from 1 to `samples`: for 1, 2, 5, 10, ... and some k between.
        beyond: coverage of more samples than there are, by the fitted difficulty of the tasks.
        law: the power law through `measured`; None where too few coverages are above 0 and below 1.
    """

    samples: int
    measured: tuple[CoveragePoint, ...]
    beyond: tuple[CoveragePoint, ...]
    law: PowerLaw | None

    @property
    def table(self) -> tuple[CoveragePoint, ...]:
        """Return pass@k for those k of 1, 10 and 100 that need no model, and for `samples`."""
        return tuple(each for each in self.measured if each.k in (*KS, self.samples))

    @property
    def rounds(self) -> tuple[CoveragePoint, ...]:
        """Return pass@k for k of 1, 2, 5, 10, ... and for `samples`."""
        return tuple(each for each in self.measured if each.k in (*ROUND_KS, self.samples))


def coverage_figures(gathered: Gathered, on_refit: Callable[[], None]) -> CoverageFigures:
    """Return the coverage of results of which some sample was judged.

    `on_refit` is called `FIT_RESAMPLES` times: that takes the time.
    """
    samples, right = gathered.counts
    least = min(samples)
    between = np.geomspace(1, least, POINTS_BETWEEN).round().astype(int).tolist()
    ks = sorted({*between, *(k for k in ROUND_KS if k <= least)})
    measured = tuple(CoveragePoint(k, pass_at_k_estimate(samples, right, k)) for k in ks)
    further = [factor * least for factor in BEYOND]
    expected = coverages_beyond(samples, right, further, resamples=FIT_RESAMPLES, on_refit=on_refit)
    beyond = tuple(map(CoveragePoint, further, expected))
    return CoverageFigures(least, measured, beyond, _law(measured))


def _law(points: tuple[CoveragePoint, ...]) -> PowerLaw | None:
    try:
        return fit_power_law([each.k for each in points], [each.coverage.value for each in points])
    except ValueError:
        return None
