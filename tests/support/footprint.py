"""What a daemon holds of the host: memory, descriptors, processes, threads, cgroups, mounts."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support import cgroups
from tests.support.backends import Service
from tests.support.leaks import PREFIX

SETTLE_S = 5.0
LOOKS = 5  # in a row that are equal


@dataclass(frozen=True, slots=True)
class Footprint:
    """Counts and bytes at one moment. `host_used_bytes` is the host's, page cache and its like left out."""

    rss_bytes: int
    host_used_bytes: int
    fds: int
    processes: int
    threads: int
    cgroups: int
    mounts: int

    def counts(self) -> dict[str, int]:
        """Return what must come back to the same number."""
        return {name: getattr(self, name) for name in ("processes", "cgroups", "mounts")}


def footprint(service: Service) -> Footprint:
    """What the daemon and the processes below it hold now."""
    daemon = psutil.Process(service.pid)
    family = [daemon, *daemon.children(recursive=True)]
    with daemon.oneshot():
        return Footprint(
            rss_bytes=daemon.memory_info().rss,
            host_used_bytes=_host_used_bytes(),
            fds=daemon.num_fds(),
            processes=len(family),
            threads=daemon.num_threads(),
            cgroups=_cgroups(service.instance),
            mounts=_mounts(service),
        )


def at_rest(service: Service, settle_s: float = SETTLE_S) -> Footprint:
    """Return the footprint once its counts stay as they are: a daemon that has just started makes ready."""
    deadline = time.monotonic() + settle_s
    now, equal = footprint(service), 0
    while equal < LOOKS and time.monotonic() < deadline:
        time.sleep(0.1)
        before, now = now, footprint(service)
        equal = equal + 1 if now.counts() == before.counts() else 0
    return now


def settled(service: Service, counts: dict[str, int], settle_s: float = SETTLE_S) -> Footprint:
    """Return the footprint as soon as its counts are not above these, or as it is after `settle_s`."""
    deadline = time.monotonic() + settle_s
    while True:
        now = footprint(service)
        within = all(now.counts()[name] <= counts[name] for name in counts)
        if within or time.monotonic() > deadline:
            return now
        time.sleep(0.1)


def _cgroups(instance: str) -> int:
    """How many groups lie in the instance's own directories, those of all hierarchies together."""
    return sum(1 for own in cgroups.of_instance(instance) for _ in cgroups.below(own))


def _mounts(service: Service) -> int:
    """How many mounts the daemon sees that are named after it or in its folder: others are a neighbour's."""
    marks = (PREFIX, str(service.log.parent))
    lines = Path(f"/proc/{service.pid}/mountinfo").read_text("utf-8").splitlines()
    return sum(any(mark in line for mark in marks) for line in lines)


def _host_used_bytes() -> int:
    table = {}
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        name, _, rest = line.partition(":")
        table[name] = int(rest.split()[0]) << 10
    cached = ("MemFree", "Buffers", "Cached", "SReclaimable")
    return table["MemTotal"] - sum(table[name] for name in cached)
