"""Holds the simulation against the real executor of this machine: the same jobs, at the same instants.

The simulation is given two things that are measured first: how long each kind of job takes on a machine with
nothing else to do, and how much slower all of them get together. What it foretells of a load is what jobs
take from their arrival to their answer; the real executor is then given that load.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.capacity.fleet import Fleet, Response, Service, simulate
from tests.benchmarks.capacity.jobs import Job, Kind, Work, burst, draw_kinds, poisson
from tests.benchmarks.capacity.measuring import as_they_arrive, executor, one_by_one, together


@dataclass(frozen=True, slots=True)
class Machine:
    """What was measured of this machine.

    Attributes:
        work: what it was measured with.
        services: for each kind, what jobs of it took one by one.
        slowdown: how many times as long they compute where all sandboxes do.
        saturated_per_s: jobs a second at most.
    """

    work: Work
    services: tuple[tuple[Service, ...], ...]
    slowdown: float
    saturated_per_s: float

    @property
    def fleet(self) -> Fleet:
        """Return this machine as a fleet of one worker."""
        return _fleet(self.work, self.slowdown)

    def drawn(self, jobs: Sequence[Job], dice: random.Random) -> list[Service]:
        """Return for each job what one of its kind took."""
        return [dice.choice(self.services[job.kind]) for job in jobs]


@dataclass(frozen=True, slots=True)
class Compared:
    """A load, foretold and measured: times from arrival to answer, in seconds."""

    load: str
    jobs: int
    foretold: Times
    measured: Times

    @property
    def worst(self) -> float:
        """Return the largest share by which mean, median or p99 was missed."""
        pairs = zip(self.foretold.all, self.measured.all, strict=True)
        return max(abs(foretold / measured - 1.0) for foretold, measured in pairs)


@dataclass(frozen=True, slots=True)
class Times:
    """Of how long jobs took: mean, median, 99th percentile, in seconds."""

    mean_s: float
    p50_s: float
    p99_s: float

    @property
    def all(self) -> tuple[float, float, float]:
        """Return them in that order."""
        return self.mean_s, self.p50_s, self.p99_s


def times(responses: Sequence[Response]) -> Times:
    """Return the times of some jobs."""
    took_s = np.array([each.response_s for each in responses])
    return Times(float(took_s.mean()), *map(float, np.percentile(took_s, (50, 99))))


async def measure(work: Work, count: int, dice: random.Random) -> Machine:
    """Measure this machine with about `count` jobs one by one and as many together."""
    kinds = draw_kinds(count, work.kinds, dice)
    asked = [work.kinds[kind] for kind in kinds]
    async with executor(1, work.kinds[0]) as alone:
        took_s = await one_by_one(alone, asked)
    async with executor(work.sandboxes, work.kinds[0]) as all_of_them:
        per_s = len(kinds) / await together(all_of_them, asked)
    services = tuple(
        tuple(_service(each, took) for kind, took in zip(kinds, took_s, strict=True) if kind == number)
        for number, each in enumerate(work.kinds)
    )
    return Machine(work, services, _slowdown(work, services, per_s, dice), per_s)


class Validation:
    """Gives this machine one load after the other, each between two measurements of the machine.

    A shared machine gets faster and slower by the minute, and at 80 % load a machine that is 3 % slower makes
    one wait 15 % longer. So a load is foretold from what was measured just before and just after it.
    """

    def __init__(self, before: Machine, count: int, dice: random.Random, rounds: int = 20) -> None:
        """Begin after the machine was measured; it is measured by `count` jobs after each load.

        Which of the measured times a job takes is drawn `rounds` times.
        """
        self._before = before
        self._count = count
        self._dice = dice
        self._rounds = rounds

    async def compare(self, share: float, seconds: float) -> Compared:
        """Give the machine a share of what it can do at most for so long, and foretell what comes of it."""
        work, rate_per_s = self._before.work, share * self._before.saturated_per_s
        kinds = draw_kinds(round(rate_per_s * seconds), work.kinds, self._dice)
        return await self._compare(f"{share:.0%}", list(poisson(kinds, rate_per_s, self._dice)))

    async def compare_burst(self, count: int) -> Compared:
        """The same for `count` jobs that arrive at once."""
        kinds = draw_kinds(count, self._before.work.kinds, self._dice)
        jobs = list(burst(kinds, 0.0))
        return await self._compare(f"{len(jobs)} at once", jobs)

    async def _compare(self, load: str, jobs: list[Job]) -> Compared:
        work = self._before.work
        async with executor(work.sandboxes, work.kinds[0]) as stack:
            measured = await as_they_arrive(stack, jobs, work.kinds)
        after = await measure(work, self._count, self._dice)
        machine, self._before = _between(self._before, after, self._dice), after
        told = [
            each
            for _ in range(self._rounds)
            for each in await asyncio.to_thread(
                simulate, machine.fleet, jobs, machine.drawn(jobs, self._dice)
            )
        ]
        return Compared(load, len(jobs), times(told), times(measured))


def _between(before: Machine, after: Machine, dice: random.Random) -> Machine:
    """Return the machine as it was between two measurements: every job of both, and their mean rate."""
    services = tuple(first + then for first, then in zip(before.services, after.services, strict=True))
    per_s = (before.saturated_per_s + after.saturated_per_s) / 2
    return Machine(before.work, services, _slowdown(before.work, services, per_s, dice), per_s)


def _fleet(work: Work, slowdown: float) -> Fleet:
    """Return this machine as a fleet of one worker: each sandbox that computes slows all as much more."""
    step = (slowdown - 1.0) / (work.sandboxes - 1)
    return Fleet(1, work.sandboxes, tuple(1.0 + step * others for others in range(work.sandboxes)))


def _service(kind: Kind, took_s: float) -> Service:
    """Return one job's measured time as the simulation takes it."""
    if kind.reruns:  # it ran twice, once of them alone
        return Service(took_s / 2, alone_s=took_s / 2)
    return Service(took_s, waits_s=min(kind.waits_s, took_s))


def _slowdown(work: Work, services: Sequence[Sequence[Service]], per_s: float, dice: random.Random) -> float:
    """Return the slowdown with which the simulation does as many jobs a second as were measured together."""
    jobs = list(burst(draw_kinds(sum(map(len, services)), work.kinds, dice), 0.0))
    drawn = [dice.choice(services[job.kind]) for job in jobs]
    low, high = 0.5, 8.0
    while high - low > 0.002:
        middle = (low + high) / 2
        answered = simulate(_fleet(work, middle), jobs, drawn)
        if len(jobs) / max(each.response_s for each in answered) > per_s:
            low = middle
        else:
            high = middle
    return (low + high) / 2
