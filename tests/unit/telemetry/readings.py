"""A reading of a daemon that has everything a daemon can have."""

from __future__ import annotations

from sandboxes.pool import PoolLoad
from verifierd.observing import CacheLoad, FleetLoad, Load, WorkerLoad
from verifierd.telemetry.reading import Reading, RecordsLoad

NOW_NS = 1_790_000_000_000_000_000
FULL = Reading(
    now_ns=NOW_NS,
    version="1.2.3",
    load=Load(3, 40, 4, NOW_NS - 90_000_000_000, 4, is_draining=False, result_cache=CacheLoad(7, 2, 10, 99)),
    pool=PoolLoad(
        {"idle": 0, "busy": 4, "resetting": 0, "replacing": 1}, {"lost": 2, "spent": 1, "disobeyed": 0}
    ),
    caches={"result": CacheLoad(7, 2, 1024, 65536), "problem": CacheLoad(1, 0, 512, 4096)},
    records=RecordsLoad({"committed": 100, "dropped": 1, "refused": 0, "lost": 0}, 3),
    fleet=FleetLoad(
        workers=(
            WorkerLoad("worker-1", 8, 5, version="1.2.3", languages=("python",)),
            WorkerLoad("worker-2", 8, 0, is_draining=True, seen_s_ago=4.0),
        ),
        pending={"interactive": 2, "bulk": 30},
        in_progress=5,
    ),
)
