"""What befalls a fleet amid a batch: a seeded plan of faults, and who carries it out and mends them."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from tests.prove.members import AGAIN_AFTER_S, Member
from tests.prove.scale_site import DATA, HOSTS, Site
from tests.support.hosts import Host

FIRST_SHARE, LAST_SHARE = 0.02, 0.9  # of the verdicts, between which faults begin
SLOW_SHARE, NARROW_KBIT = 0.2, 256


class Kind(StrEnum):
    """What happens."""

    WORKER_KILLED = "worker killed"
    WORKER_FROZEN = "worker frozen"
    WORKER_SLOWED = "worker slowed to a fifth"
    HOST_CUT_OFF = "host cut off"
    HOST_NARROWED = "host slowed to 256 kbit/s"
    DATA_CUT_OFF = "NATS and PostgreSQL cut off"
    NATS_RESTARTED = "NATS killed and restarted"
    POSTGRES_RESTARTED = "PostgreSQL killed and restarted"
    FRONT_END_KILLED = "front end killed"
    FRONT_END_FROZEN = "front end frozen"


@dataclass(frozen=True, slots=True)
class Often:
    """How often a kind comes, of how many it has to choose from, and how long it lasts."""

    times: int
    targets: int
    lasts_s: tuple[float, float]


PLANNED: Mapping[Kind, Often] = {
    Kind.WORKER_KILLED: Often(6, len(HOSTS), (0, 0)),
    Kind.WORKER_FROZEN: Often(3, len(HOSTS), (30, 30)),
    Kind.WORKER_SLOWED: Often(2, len(HOSTS), (15, 25)),
    Kind.HOST_CUT_OFF: Often(3, len(HOSTS), (8, 20)),
    Kind.HOST_NARROWED: Often(2, len(HOSTS), (10, 20)),
    Kind.DATA_CUT_OFF: Often(1, 1, (5, 10)),
    Kind.NATS_RESTARTED: Often(2, 1, (0.2, 4)),
    Kind.POSTGRES_RESTARTED: Often(2, 1, (0.2, 4)),
    Kind.FRONT_END_KILLED: Often(4, 2, (0, 0)),
    Kind.FRONT_END_FROZEN: Often(1, 2, (30, 30)),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: it begins when so many verdicts have been told."""

    kind: Kind
    target: int
    after: int
    lasts_s: float


@dataclass(slots=True)
class Happened:
    """When a fault was there, by the monotonic clock; and what went wrong with making or unmaking it."""

    fault: Fault
    began_s: float
    ended_s: float = float("inf")
    trouble: str = ""


def plan(seed: int, candidates: int, often: Mapping[Kind, Often] = PLANNED) -> list[Fault]:
    """Return the faults in the order in which they begin; those of one kind go from target to target."""
    chance = random.Random(seed)
    faults = []
    for kind, each in often.items():
        first = chance.randrange(each.targets)
        begin = sorted(chance.uniform(FIRST_SHARE, LAST_SHARE) for _ in range(each.times))
        faults += [
            Fault(
                kind, (first + place) % each.targets, round(share * candidates), chance.uniform(*each.lasts_s)
            )
            for place, share in enumerate(begin)
        ]
    return sorted(faults, key=lambda fault: fault.after)


@dataclass
class Trouble:
    """Carries a plan out. Faults of one target come one after the other, others when they are due."""

    site: Site
    faults: list[Fault]
    happened: list[Happened] = field(default_factory=list)
    _last: dict[str, threading.Thread] = field(default_factory=dict)

    def told(self, verdicts: int) -> None:
        """Begin what is due after so many verdicts."""
        while self.faults and self.faults[0].after <= verdicts:
            fault = self.faults.pop(0)
            target, act = self._meant(fault)
            asked = (fault, target, act, self._last.get(target))
            self._last[target] = threading.Thread(target=self._happen, args=asked, daemon=True)
            self._last[target].start()

    def wait(self) -> None:
        """Wait until everything is put right."""
        for thread in self._last.values():
            thread.join()

    def begun_before(self, moment_s: float) -> Counter[str]:
        """Return how often each kind had begun by then."""
        return Counter(each.fault.kind.value for each in self.happened if each.began_s < moment_s)

    def during(self, began_s: float, ended_s: float) -> list[str]:
        """Return what was there at some moment between two."""
        return [
            each.fault.kind.value
            for each in self.happened
            if each.began_s < ended_s and each.ended_s > began_s
        ]

    def _meant(self, fault: Fault) -> tuple[str, Callable[[], None]]:
        """Return whom a fault befalls, and what is to be done for its length."""
        site = self.site
        match fault.kind:
            case Kind.WORKER_KILLED | Kind.WORKER_FROZEN | Kind.WORKER_SLOWED:
                return self._of_member(fault, site.workers[fault.target])
            case Kind.FRONT_END_KILLED | Kind.FRONT_END_FROZEN:
                return self._of_member(fault, site.front_ends[fault.target])
            case Kind.HOST_CUT_OFF | Kind.HOST_NARROWED:
                host = site.network[HOSTS[fault.target]]
                around = _cut_off(host) if fault.kind is Kind.HOST_CUT_OFF else _narrowed(host)
                return host.name, lambda: _hold(around, fault.lasts_s)
            case Kind.DATA_CUT_OFF:
                return DATA, lambda: _hold(_cut_off(site.network[DATA]), fault.lasts_s)
            case Kind.NATS_RESTARTED:
                return "nats", lambda: _restart(site.nats.kill, site.nats.start, fault.lasts_s)
            case Kind.POSTGRES_RESTARTED:
                return "postgres", lambda: _restart(site.postgres.kill, site.postgres.start, fault.lasts_s)

    def _of_member(self, fault: Fault, member: Member) -> tuple[str, Callable[[], None]]:
        match fault.kind:
            case Kind.WORKER_FROZEN | Kind.FRONT_END_FROZEN:
                return member.name, lambda: _hold(member.frozen(), fault.lasts_s)
            case Kind.WORKER_SLOWED:
                return member.name, lambda: _hold(member.slowed(SLOW_SHARE), fault.lasts_s)
            case _:
                return member.name, lambda: _kill(member)

    def _happen(
        self, fault: Fault, target: str, act: Callable[[], None], before: threading.Thread | None
    ) -> None:
        if before is not None:
            before.join()
        happened = Happened(fault, time.monotonic())
        self.happened.append(happened)
        try:
            act()
        except Exception as error:  # the proof says so, and goes on
            happened.trouble = f"{fault.kind} of {target}: {type(error).__name__}: {error}"
        happened.ended_s = time.monotonic()


@contextmanager
def _cut_off(host: Host) -> Iterator[None]:
    host.cut()
    try:
        yield
    finally:
        host.heal()


@contextmanager
def _narrowed(host: Host) -> Iterator[None]:
    host.narrow(NARROW_KBIT)
    try:
        yield
    finally:
        host.widen()


def _hold(around: AbstractContextManager[None], seconds: float) -> None:
    with around:
        time.sleep(seconds)


def _restart(kill: Callable[[], None], start: Callable[[], None], down_s: float) -> None:
    kill()
    time.sleep(down_s)
    start()


def _kill(member: Member) -> None:
    member.kill()
    time.sleep(AGAIN_AFTER_S)
    member.bring_up()
