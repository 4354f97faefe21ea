"""What the daemon removes by itself: amid batches that run, never what is to stay, ending when told to."""

from __future__ import annotations

import asyncio
import threading
from itertools import count
from random import Random

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from tests.integration.audit.test_retention import (
    NOW_NS,
    batch,
    files,
    ids,
    in_turns,
    now,
    removals,
    with_file,
)
from tests.support.entries import begun, judged
from tests.support.filled import write
from verifierd.audit.entries import Entry, RecordsRemoved
from verifierd.audit.holding import change_hold
from verifierd.audit.retaining import Retainer
from verifierd.audit.retention import Bounds
from verifierd.audit.store import Store
from verifierd.audit.verifying import verify_records
from verifierd.audit.writer import Writer

TEN_DAYS = Bounds(days=10)
PAIRS = 20
SOON_S = 0.01
ENDS_WITHIN_S = 20.0


class Steps:
    """A clock that stands: the thread that reads it after its first time waits until it is let through."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self.may_pass = threading.Event()
        self._reads = 0

    def __call__(self) -> int:
        self._reads += 1
        if self._reads > 1:
            self.is_reached.set()
            assert self.may_pass.wait(ENDS_WITHIN_S)
        return NOW_NS


def retainer(store: Store, bounds: Bounds = TEN_DAYS, **changes: object) -> Retainer:
    given = {"every_s": 3600.0, "by": "the daemon of a test", "clock_ns": now, "random": Random(8)} | changes
    return Retainer(store, bounds, **given)  # type: ignore[arg-type]


def pair(number: int) -> tuple[list[Entry], list[Entry]]:
    """Two batches of five entries each that run side by side; one of them is to go."""
    return batch(f"old{number}", 3), batch(f"new{number}", 3, ended_after_days=95)


def test_what_is_old_goes_and_the_log_says_how_much(store: Store) -> None:
    write(store, *batch("old"), *batch("new", ended_after_days=95))
    with capture_logs() as logged:
        assert retainer(store).remove_what_is_old()
    (event,) = logged
    assert {name: event[name] for name in ("event", "batches", "candidates", "executions", "records")} == {
        "event": "batches_removed",
        "batches": 1,
        "candidates": 2,
        "executions": 4,
        "records": 4,
    }
    assert event["stored_bytes"] > 0
    (removal,) = removals(store)
    assert removal.why == event["why"] == "older than 10 days; removed by the daemon of a test"
    assert ids(store) == ["new"]


def test_where_nothing_is_old_nothing_is_done_or_said(store: Store) -> None:
    write(store, *batch("new", ended_after_days=95))
    with capture_logs() as logged:
        assert retainer(store).remove_what_is_old()
    assert (logged, ids(store), removals(store)) == ([], ["new"], [])


def test_what_is_held_or_unfinished_stays_also_where_nothing_may(store: Store) -> None:
    write(store, *batch("held"), *batch("gone"), begun("running"), judged(0, "running"))
    change_hold(store, "held", is_held=True, by="a lawyer", reason="case 7", now_ns=NOW_NS)
    assert retainer(store, Bounds(days=0, gib=0)).remove_what_is_old()
    assert ids(store) == ["held", "running"]
    assert verify_records(store).faults == ()


def test_batches_that_run_are_written_while_old_ones_go_and_the_chain_verifies(store: Store) -> None:
    held = [f"held{number}" for number in range(3)]
    for name in held:
        write(store, *batch(name))
        change_hold(store, name, is_held=True, by="", reason="", now_ns=NOW_NS)

    async def live() -> Writer:
        writer = Writer(store)
        writer.start()
        removing = retainer(store, every_s=SOON_S, records_at_once=1)
        removing.start()
        removed: list[RecordsRemoved] = []
        async with asyncio.timeout(ENDS_WITHIN_S):
            for number in count():
                for entry in in_turns(*pair(number)):
                    await writer.put(entry)
                await writer.flush()
                removed = await asyncio.to_thread(removals, store)
                if removed and number + 1 >= PAIRS:
                    break
        await writer.close()
        await removing.close()
        return writer

    counts = asyncio.run(live()).counts
    assert counts.lost == counts.refused == 0
    written = counts.committed // 10
    assert retainer(store).remove_what_is_old()
    assert set(ids(store)) == {*held, *(f"new{number}" for number in range(written))}
    report = verify_records(store)
    assert (report.faults, report.records_removed) == ((), written * 5)


def test_it_ends_behind_the_transaction_under_way_and_the_rest_goes_the_next_time(store: Store) -> None:
    for number in range(6):
        write(store, *batch(f"b{number}"))
    clock = Steps()

    async def live() -> None:
        removing = retainer(store, every_s=SOON_S, records_at_once=1, clock_ns=clock)
        removing.start()
        assert await asyncio.to_thread(clock.is_reached.wait, ENDS_WITHIN_S)
        removing.stop()
        clock.may_pass.set()
        await removing.close()

    asyncio.run(live())
    assert ids(store) == [f"b{number}" for number in range(1, 6)]
    assert verify_records(store).faults == ()
    assert retainer(store).remove_what_is_old()
    assert ids(store) == []


@pytest.mark.anyio
async def test_it_ends_at_once_while_nothing_is_due(store: Store) -> None:
    removing = retainer(store)
    removing.start()
    async with asyncio.timeout(ENDS_WITHIN_S):
        await removing.close()


@pytest.mark.anyio
@pytest.mark.parametrize(("bounds", "every_s"), [(Bounds(), SOON_S), (TEN_DAYS, 0.0)])
async def test_nothing_begins_where_all_is_kept_or_removed_by_hand(
    store: Store, bounds: Bounds, every_s: float
) -> None:
    before = threading.active_count()
    removing = retainer(store, bounds, every_s=every_s)
    removing.start()
    assert threading.active_count() == before
    await removing.close()


def test_a_failure_is_logged_by_name_and_what_was_to_go_goes_the_next_time(store: Store) -> None:
    write(store, *batch("old"))
    with store.writing() as connection:
        connection.execute(sa.text("ALTER TABLE chain_head RENAME TO elsewhere"))
    removing = retainer(store)
    with capture_logs() as logged:
        assert not removing.remove_what_is_old()
    (event,) = logged
    assert (event["event"], event["log_level"]) == ("retention_failed", "error")
    assert "chain_head" in event["reason"]
    with store.writing() as connection:
        connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO chain_head"))
    assert removing.remove_what_is_old()
    assert ids(store) == []
    assert verify_records(store).faults == ()


def test_a_file_that_a_crash_left_goes_in_the_first_removal_after_a_start_and_after_a_failure(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, *(each for name in "ab" for each in with_file(name, name.encode() * 40_000)))

    def left() -> None:
        store.blobs.files.put({"ab" * 32: b"what a crash left"})

    names = files(store)
    first = retainer(store, Bounds(days=1000))
    for is_looked_for in (True, False):
        left()
        assert first.remove_what_is_old()
        assert (files(store) == names) == is_looked_for
    with monkeypatch.context() as broken:
        broken.setattr(store, "reading", lambda: 1 / 0)
        assert not first.remove_what_is_old()
    assert first.remove_what_is_old()
    assert files(store) == names
