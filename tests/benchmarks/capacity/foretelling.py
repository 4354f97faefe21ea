"""What a fleet makes of a load: p50 and p99 by simulation, beside the formula of `economics.capacity`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.capacity.fleet import Fleet, Response, Service, simulate
from tests.benchmarks.capacity.jobs import Job, burst, poisson
from verifierd.economics.capacity import Load, capacity
from verifierd.economics.durations import Durations


@dataclass(frozen=True, slots=True)
class Foretold:
    """Times from arrival to answer, in seconds; `formula_p99_s` is None where the formula has no answer."""

    load: str
    jobs: int
    p50_s: float
    p99_s: float
    bulk_p99_s: float | None
    formula_p99_s: float | None


def steady(
    fleet: Fleet,
    service: Durations,
    load: float,
    jobs: int,
    dice: random.Random,
    *,
    bulk_share: float = 0.0,
    near_share: float = 0.0,
) -> Foretold:
    """Return what comes of Poisson arrivals that keep a share `load` of the sandboxes busy.

    `near_share` of the jobs are run twice, the second time with a worker to themselves. The first tenth of
    the jobs finds the fleet emptier than it will be, and is left out.
    """
    of_each_s = service.mean_s * (1.0 + near_share)
    rate_per_s = load * fleet.sandboxes / of_each_s
    arriving = list(poisson([0] * jobs, rate_per_s, dice, bulk_share))
    answered = simulate(fleet, arriving, draw(service, jobs, dice, near_share))
    settled_s = arriving[jobs // 10].arrives_s
    kept = [each for each in answered if each.job.arrives_s >= settled_s]
    is_queue_of_theory = bulk_share == 0.0 and near_share == 0.0
    return Foretold(
        f"{load:.0%}",
        jobs,
        *_percentiles([each for each in kept if not each.job.is_bulk]),
        bulk_p99_s=_percentiles([each for each in kept if each.job.is_bulk])[1] if bulk_share else None,
        formula_p99_s=capacity(Load(rate_per_s, service), fleet.sandboxes).response_s + fleet.hop_s
        if is_queue_of_theory
        else None,
    )


def beside_a_burst(
    fleet: Fleet, service: Durations, load: float, jobs: int, burst_jobs: int, dice: random.Random
) -> Foretold:
    """Return what comes of a steady load, a quarter through which `burst_jobs` bulk jobs come at once."""
    rate_per_s = load * fleet.sandboxes / service.mean_s
    arriving = list(poisson([0] * jobs, rate_per_s, dice))
    at_s = arriving[jobs // 4].arrives_s
    arriving += [Job(each.kind, each.arrives_s, is_bulk=True) for each in burst([0] * burst_jobs, at_s)]
    arriving.sort(key=lambda job: job.arrives_s)
    answered = simulate(fleet, arriving, draw(service, len(arriving), dice))
    p50_s, p99_s = _percentiles([each for each in answered if not each.job.is_bulk])
    bulk_p99_s = _percentiles([each for each in answered if each.job.is_bulk])[1]
    return Foretold(f"{load:.0%}, then {burst_jobs} at once", jobs, p50_s, p99_s, bulk_p99_s, None)


def draw(service: Durations, count: int, dice: random.Random, near_share: float = 0.0) -> list[Service]:
    """Return the service times of `count` jobs, gamma distributed."""
    shape = service.cv**-2 if service.cv else 0.0
    drawn = [
        dice.gammavariate(shape, service.mean_s / shape) if shape else service.mean_s for _ in range(count)
    ]
    return [Service(each, alone_s=each if dice.random() < near_share else 0.0) for each in drawn]


def _percentiles(responses: Sequence[Response]) -> tuple[float, float]:
    p50_s, p99_s = np.percentile([each.response_s for each in responses], (50, 99))
    return float(p50_s), float(p99_s)
