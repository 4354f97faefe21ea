"""What a daemon has in hand at a moment, as it is read in its event loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandboxes.pool import PoolLoad
from verifierd.observing import CacheLoad, FleetLoad, Load


@dataclass(frozen=True, slots=True)
class RecordsLoad:
    """What the writer of the audit store has at a moment.

    Attributes:
        entries: entries so far, by what became of them.
        waiting: entries that are not in the store yet.
        trouble: why nothing can be written; empty where all is well.
    """

    entries: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All of it. What a daemon does not have is None.

    Attributes:
        now_ns: when it was read, epoch nanoseconds.
        version: of the daemon.
        not_ready: why no work can be taken, as a sentence by the part that keeps it from it.
    """

    now_ns: int
    version: str
    load: Load = field(default_factory=Load)
    pool: PoolLoad | None = None
    caches: Mapping[str, CacheLoad] = field(default_factory=dict)
    records: RecordsLoad | None = None
    fleet: FleetLoad | None = None
    not_ready: Mapping[str, str] = field(default_factory=dict)
