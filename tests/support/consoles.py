"""A console over a store of its own, filled with what the tests look at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from starlette.applications import Starlette

from tests.support.console_entries import NOW_NS, SECOND, cancelled_batch, hostile_batch, usual_batch
from verifierd.audit import appending
from verifierd.audit.entries import Entry
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.console.app import console_app
from verifierd.console.shelf import Shelf

FINISHED, RUNNING, HOSTILE = "3f1c9a02-finished", "77aa01d4-running", "hostile-batch"
CANCELLED = "5cd0e7b1-cancelled"


def empty_store(folder: Path) -> Store:
    """Make a store without a record."""
    return open_store(StoreSettings(str(folder / "audit.db")))


def put(store: Store, entries: Iterable[Entry]) -> None:
    """Append entries."""
    with store.writing() as connection:
        appending.append(connection, store.blobs, [appending.prepare(entry) for entry in entries])


def fill(store: Store) -> None:
    """Put in finished batches, one cancelled, one that runs, and one whose every text is an attack."""
    for number in range(8):
        put(store, usual_batch(f"{number}b7e-older", NOW_NS - (16 - number) * 1800 * SECOND, seed=number))
    put(store, usual_batch(FINISHED, NOW_NS - 3600 * SECOND, seed=8))
    put(store, cancelled_batch(CANCELLED, NOW_NS - 1200 * SECOND))
    put(store, hostile_batch(HOSTILE, NOW_NS - 900 * SECOND))
    put(store, usual_batch(RUNNING, NOW_NS - 60 * SECOND, seed=9, is_finished=False))


def app_of(store: Store) -> Starlette:
    """Return the console of a store, its clock at `NOW_NS`."""
    return console_app(Shelf(store), ["testserver", "127.0.0.1"], lambda: NOW_NS)
