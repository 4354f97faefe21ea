"""A store with a little of everything in it, to be altered, thinned out and verified."""

from __future__ import annotations

from tests.support.entries import begun, ended, execution, judged
from verifierd.audit.appending import append, prepare
from verifierd.audit.entries import Entry, HoldChanged
from verifierd.audit.store import Store
from verifierd.model import Verdict

# By the numbers of their records.
ENTRIES: tuple[Entry, ...] = (
    begun("a"),  # 1
    begun("b", is_durable=True, request=b"the request's message", request_sha256="ab" * 32),
    judged(0, "a"),  # 3
    judged(0, "b", verdict=Verdict.WRONG_ANSWER, source="print(1)\n"),
    judged(1, "a", source="print(2)\n"),  # 5
    ended("a"),
    judged(1, "b", source="print(3)\n", executions=(execution("t0", stdout=bytes(range(256)) * 200),)),  # 7
    HoldChanged("b", 1_800_000_001_000_000_000, True, "a lawyer", "case 7"),
    begun("c"),  # 9
    judged(0, "c"),
    ended("c", candidates=1),  # 11
    ended("b"),
)


def write(store: Store, *entries: Entry) -> None:
    """Append entries in one transaction."""
    prepared = [prepare(entry) for entry in entries]
    with store.writing() as connection:
        append(connection, store.blobs, prepared)


def fill(store: Store) -> None:
    """Append `ENTRIES`."""
    write(store, *ENTRIES)
