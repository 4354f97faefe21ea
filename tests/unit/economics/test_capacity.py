"""What a queue is said to do is what a simulated one does, and no fewer workers than said are enough."""

from __future__ import annotations

import heapq
import math
import re

import numpy as np
import pytest

from verifierd.economics.capacity import Load, capacity, erlang_c, workers_for
from verifierd.economics.durations import Durations

TOLERANCE = 0.12


def simulated_s(load: Load, workers: int, jobs: int, seed: int) -> np.ndarray:
    """Response times of jobs that arrive by a Poisson process and are served in the order they come."""
    random, shape = np.random.default_rng(seed), load.service.cv**-2
    service = random.gamma(shape, load.service.mean_s / shape, jobs).tolist()
    arrivals = np.cumsum(random.exponential(1 / load.arrivals_per_s, jobs)).tolist()
    free = [0.0] * workers
    responses = np.empty(jobs)
    for job, (arrived, takes) in enumerate(zip(arrivals, service, strict=True)):
        ended = max(arrived, free[0]) + takes
        heapq.heapreplace(free, ended)
        responses[job] = ended - arrived
    return responses[jobs // 10 :]


@pytest.mark.parametrize("cv", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(("workers", "utilisation"), [(1, 0.5), (1, 0.7), (4, 0.8), (12, 0.5), (12, 0.9)])
def test_the_p99_is_that_of_a_simulated_queue(workers: int, utilisation: float, cv: float) -> None:
    load = Load(2.0 * utilisation * workers, Durations(0.5, cv))
    p99_s = float(np.quantile(simulated_s(load, workers, 150_000, 5), 0.99))
    assert capacity(load, workers).response_s == pytest.approx(p99_s, rel=TOLERANCE)


def test_a_single_worker_with_exponential_times_is_known_exactly() -> None:
    """Responses in M/M/1 are exponential with the rate mu - lambda (Kleinrock 1975, section 5.12)."""
    found = capacity(Load(0.5, Durations(1.0, 1.0)), 1)
    assert found.response_s == pytest.approx(math.log(100) / 0.5, rel=1e-8)
    assert (found.utilisation, found.wait_chance, found.mean_wait_s) == pytest.approx((0.5, 0.5, 1.0))


@pytest.mark.parametrize("cv", [0.0, 0.5, 2.0])
def test_the_mean_wait_of_a_single_worker_is_pollaczek_and_khinchins(cv: float) -> None:
    found = capacity(Load(0.8, Durations(1.0, cv)), 1)
    assert found.mean_wait_s == pytest.approx(0.8 * (1 + cv**2) / (2 * (1 - 0.8)))


@pytest.mark.parametrize(("workers", "busy"), [(1, 0.3), (2, 1.5), (7, 6.9), (40, 25.0)])
def test_erlang_c_is_the_sum_that_it_is_defined_by(workers: int, busy: float) -> None:
    waiting = busy**workers / math.factorial(workers) * workers / (workers - busy)
    expected = waiting / (sum(busy**n / math.factorial(n) for n in range(workers)) + waiting)
    assert erlang_c(workers, busy) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("target_s", [5.0, 8.0, 40.0])
def test_one_worker_fewer_is_not_enough(target_s: float) -> None:
    load = Load(7.3, Durations(1.0, 1.0))
    found = workers_for(load, target_s)
    assert found.response_s <= target_s
    assert found == capacity(load, found.workers)
    assert found.workers == 8 or capacity(load, found.workers - 1).response_s > target_s


def test_so_many_workers_that_nobody_waits_leave_the_service_alone() -> None:
    load = Load(10.0, Durations(1.0, 0.5))
    assert capacity(load, 1000).response_s == pytest.approx(load.service.quantile(0.99))


def test_overload_is_refused_with_the_number_that_would_do() -> None:
    load = Load(7.0, Durations(1.0, 1.0))
    with pytest.raises(ValueError, match=re.escape("workers is 7, but the load keeps 7 busy")) as refused:
        capacity(load, 7)
    assert "at least 8 are needed" in str(refused.value)


@pytest.mark.parametrize("target_s", [1.0, 4.605, 0.0, -1.0, math.nan, math.inf])
def test_a_target_that_no_workers_reach_is_refused_with_what_service_takes(target_s: float) -> None:
    with pytest.raises(
        ValueError, match=re.escape(f"target_s is {target_s}; with any number of workers")
    ) as e:
        workers_for(Load(1.0, Durations(1.0, 1.0)), target_s)
    assert "up to 4.605 s" in str(e.value)


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="arrivals_per_s is"):
        Load(rate, Durations(1.0, 1.0))


@pytest.mark.parametrize("share", [0.0, 1.0, math.nan])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share is"):
        workers_for(Load(1.0, Durations(1.0, 1.0)), 10.0, share)
