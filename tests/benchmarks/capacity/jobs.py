"""What the simulation and the real executor are asked to do: jobs, and the load that they come as."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandboxes.model import Limits, Program, Run, StdioRun
from verifierd.execution.executor import ExecutionRequest

CPU_LIMIT_S = 0.2
LIMITS = Limits(
    cpu_time_ns=round(CPU_LIMIT_S * 1e9),
    wall_time_ns=5_000_000_000,
    memory_bytes=256 << 20,
    output_bytes=1 << 20,
    processes=16,
    open_files=64,
    disk_bytes=16 << 20,
)
_BUSY = "for _ in range({times}): pass\nprint(1)\n"
# By its own CPU time, so that it ends where it shall on any host.
_NEAR = "import time\nwhile time.process_time() < {seconds}: pass\nprint(1)\n"
_WAITS = "import time\ntime.sleep({seconds})\nprint(1)\n"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of candidate: its share of all, its program, its runs.

    Attributes:
        waits_s: for so long it does not compute.
        reruns: it ends near its limit, and is run once more.
    """

    name: str
    share: float
    source: str
    runs: int = 1
    waits_s: float = 0.0
    reruns: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What a machine is measured with: kinds of candidates, and how many sandboxes share them."""

    kinds: tuple[Kind, ...]
    sandboxes: int


_COMPUTING = (
    Kind("short", 0.60, "print(sum(map(int, input().split())))\n", runs=3),
    Kind("busy", 0.25, _BUSY.format(times=800_000), runs=2),
    Kind("waiting", 0.12, _WAITS.format(seconds=0.1), waits_s=0.1),
    # Between the limit and a quarter above it: run once more, alone.
    Kind("near its limit", 0.03, _NEAR.format(seconds=1.12 * CPU_LIMIT_S), reruns=True),
)

_WAITING = tuple(
    Kind(f"waits {seconds} s", share, _WAITS.format(seconds=seconds), waits_s=seconds)
    for seconds, share in ((0.1, 0.6), (0.3, 0.3), (0.8, 0.1))
)
WORKS = {
    "computing": Work(_COMPUTING, sandboxes=2),
    # Hardly any of it is computing, so that a machine with other work to do can be measured with it.
    "waiting": Work(_WAITING, sandboxes=8),
}


@dataclass(frozen=True, slots=True)
class Job:
    """One candidate as the queue sees it.

    Attributes:
        kind: the number of its kind in what the load was drawn from.
        arrives_s: after the start.
        is_bulk: it waits until no interactive one does.
    """

    kind: int
    arrives_s: float
    is_bulk: bool = False


def draw_kinds(count: int, kinds: Sequence[Kind], dice: random.Random) -> list[int]:
    """Return `count` numbers of kinds in the kinds' shares, in random order: the shares exact, to one."""
    drawn = [number for number, kind in enumerate(kinds) for _ in range(round(kind.share * count))]
    dice.shuffle(drawn)
    return drawn


def poisson(
    kinds: Sequence[int], rate_per_s: float, dice: random.Random, bulk_share: float = 0.0
) -> Iterator[Job]:
    """Yield one job a kind; the gaps between them are exponential, as of many independent callers."""
    now_s = 0.0
    for kind in kinds:
        now_s += dice.expovariate(rate_per_s)
        yield Job(kind, now_s, is_bulk=dice.random() < bulk_share)


def burst(kinds: Sequence[int], at_s: float) -> Iterator[Job]:
    """Yield jobs that all arrive at once."""
    return (Job(kind, at_s) for kind in kinds)


def request(number: int, kind: Kind) -> ExecutionRequest:
    """Return the request of one job; no two have the same program, so that nothing is served from a cache."""
    runs: tuple[Run, ...] = tuple(StdioRun(f"{number} {each}\n".encode()) for each in range(kind.runs))
    return ExecutionRequest(
        "capacity", str(number), Program("python", f"# {number}\n{kind.source}"), runs, LIMITS
    )
