"""A verification reads all that is asked for, accounts for it, and blames nobody wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.support.entries import begun, judged
from tests.support.filled import ENTRIES, fill, write
from verifierd.audit.appending import lock_head
from verifierd.audit.chain import FIRST, record_hash
from verifierd.audit.packing import unpack
from verifierd.audit.schema import BLOBS, CANDIDATES, EXECUTIONS, RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying import Asked, verify_records
from verifierd.audit.verifying.faults import MAX_FAULTS

NEWEST = len(ENTRIES)


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def head(store: Store) -> tuple[int, bytes]:
    with store.writing() as connection:
        newest = lock_head(connection)
    return newest.sequence, newest.hash


def test_a_store_as_it_was_written_holds_and_all_of_it_is_counted(filled: Store) -> None:
    report = verify_records(filled)
    assert report.faults == ()
    assert report.holds
    assert (report.records_checked, report.records_removed, report.batches_checked) == (NEWEST, 0, 3)
    with filled.reading() as connection:
        executions, blobs = (
            connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in (EXECUTIONS, BLOBS)
        )
    assert (report.executions_checked, report.blobs_checked) == (executions, blobs)
    assert report.newest == head(filled)


def test_records_that_fill_the_memory_are_looked_at_one_by_one(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifierd.audit.verifying.records.PAGE_BYTES", 1)
    report = verify_records(filled)
    assert report.faults == ()
    assert (report.records_checked, report.batches_checked) == (NEWEST, 3)


def test_an_empty_store_holds(store: Store) -> None:
    report = verify_records(store)
    assert report.holds
    assert (report.records_checked, report.newest) == (0, (0, FIRST))


@pytest.mark.parametrize(("first", "last"), [(1, 1), (3, 7), (5, None), (NEWEST, NEWEST), (4, 999), (0, 2)])
def test_a_part_of_a_store_holds(filled: Store, first: int, last: int | None) -> None:
    report = verify_records(filled, Asked(first, last))
    assert report.faults == ()
    assert report.records_checked == min(last or NEWEST, NEWEST) - max(first, 1) + 1


@pytest.mark.parametrize(
    ("first", "last", "is_found"), [(1, None, True), (5, 5, True), (1, 5, True), (6, 9, False)]
)
def test_only_what_is_asked_for_is_told(filled: Store, first: int, last: int | None, is_found: bool) -> None:
    with filled.writing() as connection:
        forged = {"body": sa.select(RECORDS.c.body).where(RECORDS.c.sequence == 3).scalar_subquery()}
        connection.execute(sa.update(RECORDS).where(RECORDS.c.sequence == 5).values(forged))
    report = verify_records(filled, Asked(first, last))
    assert [fault.sequence for fault in report.faults] == ([5] if is_found else [])


def test_the_last_record_asked_for_is_judged_by_the_one_behind_it(filled: Store) -> None:
    with filled.writing() as connection:
        row = connection.execute(sa.select(RECORDS).where(RECORDS.c.sequence == 4)).one()
        body = connection.execute(sa.select(RECORDS.c.body).where(RECORDS.c.sequence == 3)).scalar_one()
        made = record_hash(row.previous_hash, 4, row.kind, unpack(body, 1 << 20))
        changed = sa.update(RECORDS).where(RECORDS.c.sequence == 4)
        connection.execute(changed.values(body=body, hash=made))
    found = verify_records(filled, Asked(2, 4)).faults
    assert found[0].sequence == 4
    assert "its hash made to fit" in found[0].description


def test_progress_is_told_of_each_part(filled: Store) -> None:
    told: list[tuple[str, int]] = []
    steps: list[int] = []

    @contextmanager
    def watch(what: str, total: int) -> Iterator[Callable[[], None]]:
        told.append((what, total))
        steps.append(0)

        def advance() -> None:
            steps[-1] += 1

        yield advance

    report = verify_records(filled, watch=watch)
    assert told == [
        ("following the chain", NEWEST),
        ("comparing the tables", NEWEST),
        ("reading the blobs", report.blobs_checked),
    ]
    assert steps == [NEWEST, NEWEST, report.blobs_checked]


def test_faults_beyond_a_thousand_are_counted(filled: Store) -> None:
    many = [judged(position, "d", tests=1, source=f"# {position}") for position in range(MAX_FAULTS + 5)]
    write(filled, begun("d"), *many)
    with filled.writing() as connection:
        connection.execute(sa.update(CANDIDATES).where(CANDIDATES.c.batch_id == "d").values(verdict="?"))
    report = verify_records(filled)
    assert (len(report.faults), report.faults_left_out) == (MAX_FAULTS, 5)
    assert not report.holds


def test_what_others_wrote_cannot_steer_a_terminal(store: Store) -> None:
    evil = "e\x1b[31m\n\u202e" + "x" * 300
    write(store, begun(evil[:100]), judged(0, evil[:100]))
    with store.writing() as connection:
        connection.execute(sa.update(CANDIDATES).values(duplicate_of=evil[:200]))
    (fault,) = verify_records(store).faults
    assert fault.description.isprintable()
    assert fault.description.isascii()
    assert "e\\x1b[31m\\n" in fault.description
