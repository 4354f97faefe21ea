"""What a daemon and a worker have in hand at a moment, gathered from their parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandboxes.pool import SandboxPool
from verifierd.daemon.parts import Parts, distribution_version
from verifierd.observing import FleetLoad, Load
from verifierd.telemetry.readiness import not_ready
from verifierd.telemetry.reading import Reading, RecordsLoad

if TYPE_CHECKING:
    from verifierd.api.records import Records
    from verifierd.fleet.connection import Connection
    from verifierd.fleet.worker import Worker


def of_a_start(now_ns: int) -> Reading:
    """Return a reading of what has no parts yet."""
    return Reading(now_ns, distribution_version(), not_ready={"daemon": "it is starting"})


def of_daemon(
    parts: Parts, records: Records | None, fleet: Callable[[], FleetLoad] | None, now_ns: int
) -> Reading:
    """Return a daemon's reading. `fleet` tells of workers on other machines, where there are any."""
    load = parts.engine.load()
    return Reading(
        now_ns=now_ns,
        version=distribution_version(),
        load=load,
        pool=None if parts.pool is None else parts.pool.load(),
        caches={"result": load.result_cache, "problem": parts.problems.load()},
        records=None if records is None else _records_load(records),
        fleet=None if fleet is None else fleet(),
        not_ready=why_not_ready(parts, records, fleet),
    )


def why_not_ready(
    parts: Parts, records: Records | None, fleet: Callable[[], FleetLoad] | None
) -> dict[str, str]:
    """Return why a daemon takes no work, by what keeps it from it; how much it has in hand costs nothing."""
    return not_ready(
        parts.engine.is_draining,
        None if parts.pool is None else parts.pool.load(),
        None if records is None else _records_load(records),
        None if fleet is None else fleet(),
    )


def of_worker(worker: Worker, pool: SandboxPool, connection: Connection, now_ns: int) -> Reading:
    """Return a worker's reading: what runs in its sandboxes, and whether it is heard."""
    state, sandboxes = worker.state, pool.load()
    load = Load(candidates_running=state.busy, slots=pool.size, is_draining=not state.slots)
    why = not_ready(load.is_draining, sandboxes, None, None)
    if connection.trouble:
        why["queue"] = connection.trouble
    return Reading(now_ns, distribution_version(), load, sandboxes, not_ready=why)


def _records_load(records: Records) -> RecordsLoad:
    writer = records.writer
    counts = writer.counts
    entries = {
        "committed": counts.committed,
        "dropped": counts.dropped,
        "refused": counts.refused,
        "lost": counts.lost,
    }
    return RecordsLoad(entries, writer.waiting, writer.trouble or "")
