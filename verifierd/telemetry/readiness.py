"""Whether a daemon can take work, and if not, why: what /readyz, gRPC's health checks and `top` go by."""

from __future__ import annotations

from sandboxes.pool import PoolLoad
from verifierd.observing import FleetLoad
from verifierd.telemetry.reading import RecordsLoad

USABLE = ("idle", "busy", "resetting")


def not_ready(
    is_draining: bool, pool: PoolLoad | None, records: RecordsLoad | None, fleet: FleetLoad | None
) -> dict[str, str]:
    """Return a sentence by each part that keeps the daemon from taking work; nothing where it can."""
    why = {}
    if is_draining:
        why["daemon"] = "it is about to stop, and takes no new work"
    if pool is not None and not any(pool.states.get(state, 0) for state in USABLE):
        why["sandboxes"] = "none stands at the moment; the log says why none can be made"
    if records is not None and records.trouble:
        why["store"] = records.trouble
    if fleet is not None and fleet.trouble:
        why["queue"] = fleet.trouble
    elif fleet is not None and not fleet.can_wait and all(each.is_draining for each in fleet.workers):
        why["workers"] = "no worker is heard of; start `verifierd worker` on some machine"
    return why
