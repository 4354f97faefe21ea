"""What `verifierd plan` reckons: from its options and measured results to plans and what they bring."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from verifierd.config import ConfigError
from verifierd.datasets.measured import Measured, MeasuredTask
from verifierd.economics.beliefs import Problems, learnt
from verifierd.economics.capacity import Capacity, Load, workers_for
from verifierd.economics.difficulty import Difficulty, fit_difficulty
from verifierd.economics.durations import Durations
from verifierd.economics.forecast import coverage_forecasts
from verifierd.economics.planning import (
    Plans,
    SamplingPlan,
    plan_for_latency,
    plans_for_budget,
    plans_for_coverage,
)
from verifierd.model import Estimate


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options ask for: one target, prices, and how fast batches arrive. None: not given.

    Raises:
        ConfigError: there is not exactly one target, or an option lacks another that it needs.
    """

    target_coverage: float | None = None
    budget_usd: float | None = None
    latency_p99_s: float | None = None
    usd_per_sample: float | None = None
    tokens_per_sample: float | None = None
    usd_per_million_tokens: float | None = None
    value_usd: float | None = None
    until_solved: bool = False
    parallel: int = 1
    sample_mean_s: float | None = None
    sample_p99_s: float | None = None
    rate: float | None = None
    rate_p99_s: float | None = None

    def __post_init__(self) -> None:
        targets = (self.target_coverage, self.budget_usd, self.latency_p99_s)
        if (given := sum(each is not None for each in targets)) != 1:
            raise ConfigError(
                f"one of --target-coverage, --budget-usd and --latency-p99-s is needed, and {given} are given"
            )
        _together(
            tokens_per_sample=self.tokens_per_sample, usd_per_million_tokens=self.usd_per_million_tokens
        )
        _together(rate=self.rate, rate_p99_s=self.rate_p99_s)
        _together(sample_mean_s=self.sample_mean_s, sample_p99_s=self.sample_p99_s)
        if self.usd_per_sample is not None and self.tokens_per_sample is not None:
            raise ConfigError("--usd-per-sample and --tokens-per-sample say the same; leave one of them out")
        if self.latency_p99_s is not None and self.sample_mean_s is None:
            raise ConfigError("--latency-p99-s needs --sample-mean-s and --sample-p99-s")

    @property
    def generation_usd(self) -> float | None:
        """Return the price of drawing a sample. Raises ConfigError where that is no finite number from 0."""
        usd, name = self.usd_per_sample, "--usd-per-sample"
        if self.tokens_per_sample is not None and self.usd_per_million_tokens is not None:
            for option, value in (
                ("--tokens-per-sample", self.tokens_per_sample),
                ("--usd-per-million-tokens", self.usd_per_million_tokens),
            ):
                _check_price(option, value)
            usd, name = self.tokens_per_sample * self.usd_per_million_tokens / 1e6, "the price of a sample"
        if usd is not None:
            _check_price(name, usd)
        return usd


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to tell. Plans, and their coverages with intervals, are in the same order."""

    wanted: Wanted
    seen: Measured
    difficulty: Difficulty
    problems: Problems
    generation_usd: float  # of a sample, on average
    plans: Plans
    coverages: tuple[Estimate, ...]
    workers: Capacity | None

    @property
    def named_plans(self) -> dict[str, tuple[SamplingPlan, Estimate]]:
        """Return the plans that there are and their coverages by name."""
        plans = {"uniform": self.plans.uniform, "by_value": self.plans.by_value}
        there = {name: each for name, each in plans.items() if each is not None}
        return {name: (there[name], each) for name, each in zip(there, self.coverages, strict=True)}

    @property
    def best(self) -> SamplingPlan:
        """Return the plan by marginal value, or the only one."""
        return self.plans.by_value or self.plans.uniform


def reckon(wanted: Wanted, seen: Measured, refits: int, on_refit: Callable[[], None]) -> Report:
    """Return plans from measured results; `refits` and `on_refit` are as `coverage_forecasts` takes them.

    Raises:
        ConfigError: a number of the options is out of its range, the target cannot be reached, or nothing
            says what drawing a sample costs.
    """
    samples, correct = [each.samples for each in seen.tasks], [each.correct for each in seen.tasks]
    given_usd = wanted.generation_usd
    generation = [_generation_usd(each, given_usd) for each in seen.tasks]
    verification = [each.verification_usd / each.samples for each in seen.tasks]
    if not all(map(math.fsum, zip(generation, verification, strict=True))):
        raise ConfigError("some samples cost nothing, so that no number of them is too many; give a price")
    difficulty = fit_difficulty(samples, correct)
    try:
        problems = Problems(
            learnt(difficulty, samples, correct),
            tuple(map(math.fsum, zip(generation, verification, strict=True))),
            wanted.until_solved,
        )
        plans = _plans(wanted, seen, problems)
        workers = _workers(wanted, seen, plans.by_value or plans.uniform)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    there = [each for each in (plans.uniform, plans.by_value) if each is not None]
    coverages = coverage_forecasts(
        samples, correct, [np.array(each.samples) for each in there], refits=refits, on_refit=on_refit
    )
    mean_usd = math.fsum(generation) / len(generation)
    return Report(wanted, seen, difficulty, problems, mean_usd, plans, coverages, workers)


def _plans(wanted: Wanted, seen: Measured, problems: Problems) -> Plans:
    if wanted.target_coverage is not None:
        return plans_for_coverage(problems, wanted.target_coverage, wanted.value_usd)
    if wanted.budget_usd is not None:
        return plans_for_budget(problems, wanted.budget_usd, wanted.value_usd)
    if wanted.latency_p99_s is None or wanted.sample_mean_s is None or wanted.sample_p99_s is None:
        raise ValueError("there is no target")
    sample = Durations.with_p99(wanted.sample_mean_s, wanted.sample_p99_s)
    mean_s, deviation_s = seen.wall_moments()
    if mean_s > 0:
        sample = sample.then(Durations(mean_s, deviation_s / mean_s))
    return plan_for_latency(problems, sample, wanted.parallel, wanted.latency_p99_s, wanted.value_usd)


def _workers(wanted: Wanted, seen: Measured, plan: SamplingPlan) -> Capacity | None:
    """Return how many workers the batches of a plan need: each is a problem, as likely as any other.

    Of a problem with k samples of mean m and variance v, verifying takes k m on average, with the variance
    k v; over the problems, the variance of those means is added.
    """
    if wanted.rate is None or wanted.rate_p99_s is None:
        return None
    counts = np.array(plan.samples)
    means = counts * [each.wall_mean_s for each in seen.tasks]
    within = counts * [each.wall_variance_s2 for each in seen.tasks]
    mean_s = float(means.mean())
    if mean_s == 0:
        raise ValueError("verifying takes no time by these results or this plan, so that no load can be told")
    service = Durations(mean_s, math.sqrt(float(within.mean() + means.var())) / mean_s)
    return workers_for(Load(wanted.rate, service), wanted.rate_p99_s)


def _generation_usd(task: MeasuredTask, given_usd: float | None) -> float:
    if given_usd is not None:
        return given_usd
    if task.generation_usd is None:
        raise ConfigError(
            "nothing says what drawing a sample costs: give --usd-per-sample, or --tokens-per-sample with "
            f"--usd-per-million-tokens; samples of task {task.task_id!r} have no 'generation_usd'"
        )
    return task.generation_usd / task.samples


def _together(**options: float | None) -> None:
    missing = [name for name, value in options.items() if value is None]
    if 0 < len(missing) < len(options):
        given = next(name for name, value in options.items() if value is not None)
        raise ConfigError(f"{_flag(given)} needs {_flag(missing[0])} too")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _check_price(name: str, usd: float) -> None:
    if not 0 <= usd < math.inf:
        raise ConfigError(f"{name} is {usd}; it must be a finite number of at least 0")
