"""The simulated fleet against what is known of queues without simulating them."""

from __future__ import annotations

import random

import pytest

from tests.benchmarks.capacity.fleet import Fleet, Service, simulate
from tests.benchmarks.capacity.foretelling import beside_a_burst, draw, steady
from tests.benchmarks.capacity.jobs import Job, poisson
from verifierd.economics.capacity import Load, capacity
from verifierd.economics.durations import Durations


def test_jobs_wait_as_long_as_erlangs_formula_says() -> None:
    service, jobs, dice = Durations(0.3, 1.0), 60_000, random.Random(1)
    load = Load(0.7 * 4 / 0.3, service)
    arriving = list(poisson([0] * jobs, load.arrivals_per_s, dice))
    answered = simulate(Fleet(4, 1), arriving, draw(service, jobs, dice))
    assert len(answered) == jobs
    waited_s = sum(each.waited_s for each in answered) / jobs
    assert waited_s == pytest.approx(capacity(load, 4).mean_wait_s, rel=0.1)


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_the_p99_is_that_of_the_economics_room(load: float) -> None:
    told = steady(Fleet(4, 4), Durations(0.3, 0.5), load, 40_000, random.Random(2))
    assert told.formula_p99_s is not None
    assert told.p99_s == pytest.approx(told.formula_p99_s, rel=0.1)


def test_an_interactive_job_overtakes_bulk_ones_that_wait() -> None:
    jobs = [Job(0, 0.0), Job(0, 0.1, is_bulk=True), Job(0, 0.2, is_bulk=True), Job(0, 0.3)]
    answered = simulate(Fleet(1, 1), jobs, [Service(1.0)] * 4)
    assert [each.job.arrives_s for each in answered] == [0.0, 0.3, 0.1, 0.2]
    assert [each.response_s for each in answered] == pytest.approx([1.0, 1.7, 2.9, 3.8])


def test_two_that_compute_on_one_host_slow_each_other_only_while_both_do() -> None:
    answered = simulate(Fleet(1, 2, (1.0, 1.5)), [Job(0, 0.0), Job(0, 0.0)], [Service(1.0), Service(3.0)])
    # Both compute at 1 / 1.5 until the first has had its second; the other has two left, and computes alone.
    assert [each.response_s for each in answered] == pytest.approx([1.5, 3.5])


def test_what_waits_is_not_slowed() -> None:
    answered = simulate(Fleet(1, 2, (1.0, 1.5)), [Job(0, 0.0)] * 2, [Service(1.0, waits_s=1.0)] * 2)
    assert [each.response_s for each in answered] == pytest.approx([1.0, 1.0])


def test_a_run_near_its_limit_has_its_worker_alone_and_others_wait_for_it() -> None:
    jobs = [Job(0, 0.0), Job(0, 0.0), Job(0, 1.5)]
    services = [Service(1.0, alone_s=1.0), Service(2.0), Service(1.0)]
    answered = simulate(Fleet(1, 2), jobs, services)
    # The first asks to be alone at 1, has it from 2 to 3; the third came at 1.5 and begins at 3.
    assert [each.response_s for each in answered] == pytest.approx([2.0, 3.0, 2.5])
    assert [each.waited_s for each in answered] == pytest.approx([0.0, 0.0, 1.5])


def test_a_burst_of_bulk_jobs_hardly_delays_interactive_ones() -> None:
    alone = steady(Fleet(8, 4), Durations(0.3, 0.5), 0.5, 8_000, random.Random(3))
    beside = beside_a_burst(Fleet(8, 4), Durations(0.3, 0.5), 0.5, 8_000, 2_000, random.Random(3))
    assert beside.bulk_p99_s is not None
    assert beside.bulk_p99_s > 10 * beside.p99_s
    assert beside.p99_s < 1.5 * alone.p99_s
