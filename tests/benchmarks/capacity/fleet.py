"""A simulated fleet: workers with some sandboxes each, one queue with two priorities, runs made again alone.

What it has of the real one: any free sandbox takes the next job, interactive ones before bulk, first come
first served; work gets slower the more sandboxes of a worker compute (`slowdown`: hyperthreads, caches, the
loop that serves them); a job near its limit has its worker to itself while it is run again, and whoever comes
later waits for that (`execution.quiet`). What it has not: losses, tenants, and what programs do to disks.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from tests.benchmarks.capacity.jobs import Job

Steps = Generator[simpy.Event, Any, None]


@dataclass(frozen=True, slots=True)
class Service:
    """How long one job takes on a worker that has nothing else to do, in seconds.

    `alone_s` is what running it again alone takes on top, 0 where it is not. `waits_s` of `service_s` it does
    not compute, so that others do not slow that part down.
    """

    service_s: float
    alone_s: float = 0.0
    waits_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """So many workers of so many sandboxes.

    Attributes:
        slowdown: how many times as long a job computes with 1, 2, ... sandboxes of its worker computing;
            beyond its end the last one counts.
        hop_s: from the front end to a worker and back; a worker fetches ahead, so no sandbox waits for it.
    """

    workers: int
    sandboxes_each: int
    slowdown: tuple[float, ...] = (1.0,)
    hop_s: float = 0.0

    @property
    def sandboxes(self) -> int:
        """Return how many jobs run at a time."""
        return self.workers * self.sandboxes_each


@dataclass(frozen=True, slots=True)
class Response:
    """One job's fate: how long it waited for a sandbox, and how long it took in all, in seconds."""

    job: Job
    waited_s: float
    response_s: float


def simulate(fleet: Fleet, jobs: Iterable[Job], service: Sequence[Service]) -> list[Response]:
    """Return every job's fate, in the order in which they ended; `service` has one for each of `jobs`."""
    world = simpy.Environment()
    queue: simpy.PriorityStore = simpy.PriorityStore(world)
    answered: list[Response] = []
    world.process(_arrive(world, queue, zip(jobs, service, strict=True)))
    for _ in range(fleet.workers):
        worker = _Worker(world, fleet.slowdown)
        for _ in range(fleet.sandboxes_each):
            world.process(_serve(world, queue, worker, fleet.hop_s, answered))
    world.run()
    return answered


@dataclass(order=True, slots=True)
class _Waiting:
    """A job in the queue: interactive ones first, then by arrival."""

    is_bulk: bool
    number: int
    job: Job = field(compare=False)
    service: Service = field(compare=False)


def _arrive(
    world: simpy.Environment, queue: simpy.PriorityStore, jobs: Iterable[tuple[Job, Service]]
) -> Steps:
    for number, (job, service) in enumerate(jobs):
        yield world.timeout(max(job.arrives_s - world.now, 0.0))
        queue.put(_Waiting(job.is_bulk, number, job, service))


def _serve(
    world: simpy.Environment,
    queue: simpy.PriorityStore,
    worker: _Worker,
    hop_s: float,
    answered: list[Response],
) -> Steps:
    """Be one sandbox: take a job, run it, and once more alone where it ended near its limit."""
    while True:
        waiting: _Waiting = yield queue.get()
        job, service = waiting.job, waiting.service
        yield from worker.enter()
        waited_s = world.now - job.arrives_s
        yield from worker.compute(service.service_s - service.waits_s)
        if service.waits_s:
            yield world.timeout(service.waits_s)
        worker.leave()
        if service.alone_s:
            yield from worker.alone(service.alone_s)
        answered.append(Response(job, waited_s, world.now - job.arrives_s + hop_s))


class _Worker:
    """One host: how fast its sandboxes compute, and the door that a run which wants to be alone closes."""

    def __init__(self, world: simpy.Environment, slowdown: tuple[float, ...]) -> None:
        self._world = world
        self._slowdown = slowdown
        self._door = simpy.Resource(world)
        self._inside = 0
        self._empty = world.event()
        self._computing = 0
        self._changed = world.event()

    def enter(self) -> Steps:
        """Go in beside others, once nobody waits to be alone."""
        with self._door.request() as turn:
            yield turn
            self._inside += 1

    def leave(self) -> None:
        self._inside -= 1
        if not self._inside:
            self._empty.succeed()
            self._empty = self._world.event()

    def alone(self, seconds: float) -> Steps:
        """Wait until all others have left, and keep them out for so long."""
        with self._door.request() as turn:
            yield turn
            while self._inside:
                yield self._empty
            yield self._world.timeout(seconds)

    def compute(self, seconds: float) -> Steps:
        """Compute what takes so long alone: slower while others of this host do."""
        if len(self._slowdown) == 1:
            yield self._world.timeout(seconds * self._slowdown[0])
            return
        self._computing += 1
        self._tell()
        while True:
            speed, since_s = (
                1.0 / self._slowdown[min(self._computing, len(self._slowdown)) - 1],
                self._world.now,
            )
            done = self._world.timeout(seconds / speed)
            yield done | self._changed
            if done.processed:
                break
            seconds = max(seconds - (self._world.now - since_s) * speed, 0.0)
        self._computing -= 1
        self._tell()

    def _tell(self) -> None:
        self._changed.succeed()
        self._changed = self._world.event()
