"""Tells growth from noise: the straight line through samples, and how far it climbs from first to last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.support.footprint import Footprint

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a quantity's line may climb: so much, or so large a share of its first sample.

    Attributes:
        why: what moves the quantity without being growth.
    """

    what: str
    absolute: float
    share: float
    unit: int
    why: str

    def of(self, first: float) -> float:
        """Return what is tolerated of a quantity that began so."""
        return max(self.absolute, self.share * first)


TOLERANCES: Mapping[str, Tolerance] = {
    "rss_bytes": Tolerance(
        "the daemon's resident memory",
        16 * MIB,
        0.05,
        MIB,
        "the allocator keeps arenas of the largest batch so far; 1 KiB lost a candidate would be 18 MiB",
    ),
    "host_used_bytes": Tolerance(
        "the host's memory in use outside page cache",
        256 * MIB,
        0.0,
        MIB,
        "other processes of the host and the kernel's slabs, which it frees when it needs them",
    ),
    "fds": Tolerance("the daemon's open descriptors", 1.5, 0.0, 1, "a connection may be closing"),
    "processes": Tolerance("processes of its family", 0.5, 0.0, 1, "none"),
    "threads": Tolerance("the daemon's threads", 3.5, 0.0, 1, "its pool starts threads up to a fixed number"),
    "cgroups": Tolerance("cgroups below its own", 0.5, 0.0, 1, "none"),
    "mounts": Tolerance("mounts named after it", 0.5, 0.0, 1, "none"),
}


@dataclass(frozen=True, slots=True)
class Growth:
    """One quantity from the first sample that counts to the last."""

    name: str
    what: str
    first: float
    last: float
    climbed: float
    tolerated: float
    unit: int
    why: str

    @property
    def holds(self) -> bool:
        """Say whether the quantity did not grow."""
        return self.climbed <= self.tolerated

    def __str__(self) -> str:
        """Return it for a person."""
        unit = " MiB" if self.unit == MIB else ""
        first, last, climbed = (each / self.unit for each in (self.first, self.last, self.climbed))
        return f"{self.what}: {first:.0f} -> {last:.0f}{unit} (trend {climbed:+.1f}{unit})"


def grown(samples: Sequence[tuple[int, Footprint]]) -> list[Growth]:
    """Return every quantity's growth over samples (candidates so far, footprint); at least two of them."""
    counts = [count for count, _ in samples]
    found = []
    for name, tolerance in TOLERANCES.items():
        values = [float(getattr(sample, name)) for _, sample in samples]
        found.append(
            Growth(
                name,
                tolerance.what,
                values[0],
                values[-1],
                climb(counts, values),
                tolerance.of(values[0]),
                tolerance.unit,
                tolerance.why,
            )
        )
    return found


def climb(at: Sequence[float], values: Sequence[float]) -> float:
    """Return how far the line of least squares climbs from the first to the last place."""
    mean_at, mean_value = sum(at) / len(at), sum(values) / len(values)
    spread = sum((each - mean_at) ** 2 for each in at)
    if not spread:
        return 0.0
    together = sum((x - mean_at) * (y - mean_value) for x, y in zip(at, values, strict=True))
    return together / spread * (at[-1] - at[0])
