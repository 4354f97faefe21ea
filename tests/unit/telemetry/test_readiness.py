"""A daemon takes work where everything stands that work needs, and says in words what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandboxes.pool import PoolLoad
from tests.unit.telemetry.readings import FULL
from verifierd.observing import FleetLoad, WorkerLoad
from verifierd.telemetry.readiness import not_ready
from verifierd.telemetry.reading import RecordsLoad

WORKER = WorkerLoad("w", 4, 0)


def _pool(**states: int) -> PoolLoad:
    return PoolLoad(dict.fromkeys(("idle", "busy", "resetting", "replacing"), 0) | states, {})


def test_a_daemon_with_all_that_it_needs_is_ready() -> None:
    assert not_ready(False, FULL.pool, FULL.records, FULL.fleet) == {}
    assert not_ready(False, None, None, FleetLoad(workers=(WORKER,))) == {}


@pytest.mark.parametrize("state", ["idle", "busy", "resetting"])
def test_one_sandbox_that_stands_is_enough(state: str) -> None:
    assert not_ready(False, _pool(**{state: 1}, replacing=7), None, None) == {}


@pytest.mark.parametrize(
    ("part", "is_draining", "pool", "records", "fleet"),
    [
        ("daemon", True, None, None, None),
        ("sandboxes", False, _pool(replacing=8), None, None),
        ("store", False, None, RecordsLoad(trouble="the disk is full"), None),
        ("queue", False, None, None, FleetLoad(workers=(WORKER,), trouble="it is away")),
        ("workers", False, None, None, FleetLoad()),
        ("workers", False, None, None, FleetLoad(workers=(replace(WORKER, is_draining=True),))),
    ],
)
def test_what_is_missing_is_named(
    part: str, is_draining: bool, pool: PoolLoad | None, records: RecordsLoad | None, fleet: FleetLoad | None
) -> None:
    (name,) = (why := not_ready(is_draining, pool, records, fleet))
    assert name == part
    assert why[name]


def test_a_fleet_that_shrank_to_nothing_takes_the_work_that_it_is_grown_for() -> None:
    assert not_ready(False, None, None, FleetLoad(can_wait=True)) == {}
