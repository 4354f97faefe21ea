"""Results by task, as plans need them: how many samples solve it, and what one took and cost."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from verifierd.datasets.results import SampleResult
from verifierd.economics.prices import SECOND_NS, PriceTable


@dataclass(slots=True)
class MeasuredTask:
    """The judged samples of one task, added up.

    Attributes:
        task_id: of the task.
        samples: that were judged.
        correct: that passed.
        verification_usd: of all of them. A duplicate costs nothing: the run is another sample's.
        generation_usd: of all of them; None where that of some sample is not known.
        wall_s: seconds that verifying all of them took.
        wall_squares_s2: sum of the squares of those seconds.
    """

    task_id: str
    samples: int = 0
    correct: int = 0
    verification_usd: float = 0.0
    generation_usd: float | None = 0.0
    wall_s: float = 0.0
    wall_squares_s2: float = 0.0

    def add(self, result: SampleResult, prices: PriceTable) -> None:
        """Count one judged sample."""
        self.samples += 1
        self.correct += result.passed
        if result.generation_usd is None or self.generation_usd is None:
            self.generation_usd = None
        else:
            self.generation_usd += result.generation_usd
        if result.duplicate_of is None:
            self.verification_usd += verification_usd(result, prices)
            self.wall_s += result.wall_time_s
            self.wall_squares_s2 += result.wall_time_s**2

    @property
    def wall_mean_s(self) -> float:
        """Return how long verifying one sample takes on average."""
        return self.wall_s / self.samples

    @property
    def wall_variance_s2(self) -> float:
        """Return the variance of that, over the samples that there are."""
        return max(0.0, self.wall_squares_s2 / self.samples - self.wall_mean_s**2)


@dataclass(slots=True)
class Measured:
    """The tasks of some results that have judged samples, in the results' order, and what was left out."""

    tasks: list[MeasuredTask] = field(default_factory=list)
    not_judged: int = 0
    tasks_not_judged: int = 0

    @property
    def samples(self) -> int:
        """Return how many judged samples there are."""
        return sum(each.samples for each in self.tasks)

    def wall_moments(self) -> tuple[float, float]:
        """Return mean and standard deviation of the seconds that verifying any one sample takes."""
        mean = math.fsum(each.wall_s for each in self.tasks) / self.samples
        squares = math.fsum(each.wall_squares_s2 for each in self.tasks) / self.samples
        return mean, math.sqrt(max(0.0, squares - mean**2))


def measured(results: Iterable[SampleResult], prices: PriceTable) -> Measured:
    """Return results added up by task; what nobody judged is left out. Raises what reading them raises."""
    tasks: dict[str, MeasuredTask] = {}
    not_judged = 0
    for result in results:
        task = tasks.setdefault(result.task_id, MeasuredTask(result.task_id))
        if result.judged:
            task.add(result, prices)
        else:
            not_judged += 1
    judged = [each for each in tasks.values() if each.samples]
    return Measured(judged, not_judged, len(tasks) - len(judged))


def verification_usd(result: SampleResult, prices: PriceTable) -> float:
    """Return the price of verifying one sample, by what a line of the results says of it.

    Its peak memory is taken as held all the time. Its executions are the tests that passed and those that
    failed; where the line does not name them all, the first that did.
    """
    failed = int(not result.passed) if result.failed_tests is None else len(result.failed_tests)
    return prices.money_usd(
        cpu_time_ns=round(result.cpu_time_s * SECOND_NS),
        memory_byte_ns=round(result.peak_memory_bytes * result.wall_time_s * SECOND_NS),
        executions=result.tests_passed + failed,
    )
