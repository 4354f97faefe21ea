"""A blob that is missing or damaged is named with the records that it belongs to."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.blob_places import IN_FOLDER_AND_S3, BlobPlace
from tests.support.entries import begun, execution, judged
from tests.support.filled import fill, write
from verifierd.audit.schema import BATCHES, BLOBS, CANDIDATES
from verifierd.audit.store import Store
from verifierd.audit.verifying import Asked, Fault, verify_records


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def only_fault(store: Store, asked: Asked | None = None) -> Fault:
    (fault,) = verify_records(store, asked or Asked()).faults
    return fault


def large_blob(store: Store) -> tuple[str, str]:
    with store.reading() as connection:
        (sha256,) = connection.scalars(sa.select(BLOBS.c.sha256).where(BLOBS.c.content.is_(None)))
    return sha256, store.blobs.files.path(sha256)


@pytest.fixture
def with_large(store: Store) -> Store:
    """A store with one blob in a file: the outputs of record 2."""
    write(store, begun(), judged(0, executions=(execution("t0", stdout=secrets.token_bytes(40_000)),)))
    assert verify_records(store).holds
    return store


@IN_FOLDER_AND_S3
def test_a_missing_file_of_a_blob_is_named_with_its_record(with_large: Store, blob_place: BlobPlace) -> None:
    sha256, file = large_blob(with_large)
    blob_place.delete(file)
    fault = only_fault(with_large)
    assert fault.sequence == 2
    assert "candidate 'c0'): its outputs: " in fault.description
    assert sha256 in fault.description
    assert "is missing" in fault.description


@IN_FOLDER_AND_S3
@pytest.mark.parametrize("damage", [b"", b"x" * 100, None])
def test_a_damaged_file_of_a_blob_is_named_with_its_record(
    with_large: Store, blob_place: BlobPlace, damage: bytes | None
) -> None:
    _, file = large_blob(with_large)
    content = bytearray(blob_place.read(file))
    content[-5] ^= 1
    blob_place.write(file, bytes(content) if damage is None else damage)
    fault = only_fault(with_large)
    assert fault.sequence == 2
    assert "is damaged" in fault.description


def test_a_blob_that_says_it_fills_the_memory_is_named_with_its_record(filled: Store) -> None:
    frame = b"\x28\xb5\x2f\xfd\xe0" + (1 << 46).to_bytes(8, "little") + b"\x01\0\0"
    with filled.writing() as connection:
        named = sa.select(CANDIDATES.c.source_blob).where(CANDIDATES.c.sequence == 4).scalar_subquery()
        said = {"content": frame, "stored_bytes": len(frame), "size_bytes": 1 << 46}
        connection.execute(sa.update(BLOBS).where(BLOBS.c.sha256 == named).values(said))
    fault = only_fault(filled)
    assert (fault.sequence, "is damaged" in fault.description) == (4, True)


@IN_FOLDER_AND_S3
def test_a_file_of_a_blob_that_should_fill_the_memory_is_named_with_its_record(with_large: Store) -> None:
    with with_large.writing() as connection:
        connection.execute(sa.update(BLOBS).where(BLOBS.c.content.is_(None)).values(stored_bytes=1 << 46))
    fault = only_fault(with_large)
    assert (fault.sequence, "is damaged" in fault.description) == (2, True)


def test_another_blob_in_the_place_of_one_is_named(filled: Store) -> None:
    with filled.writing() as connection:
        sources = [
            connection.execute(
                sa.select(BLOBS)
                .join(CANDIDATES, CANDIDATES.c.source_blob == BLOBS.c.sha256)
                .where(CANDIDATES.c.sequence == sequence)
            ).one()
            for sequence in (4, 5)
        ]
        connection.execute(
            sa.update(BLOBS)
            .where(BLOBS.c.sha256 == sources[0].sha256)
            .values(
                content=sources[1].content,
                size_bytes=sources[1].size_bytes,
                stored_bytes=sources[1].stored_bytes,
            )
        )
    fault = only_fault(filled)
    assert fault.sequence == 4
    assert "its source" in fault.description
    assert "another SHA-256" in fault.description


def test_a_blob_without_a_row_is_named_for_each_record(filled: Store) -> None:
    with filled.writing() as connection:
        shared = connection.scalar(sa.select(CANDIDATES.c.source_blob).where(CANDIDATES.c.sequence == 3))
        connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256 == shared))
        problem = connection.scalar(sa.select(BATCHES.c.problem_blob).where(BATCHES.c.id == "a"))
        connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256 == problem))
    found = verify_records(filled).faults
    assert [fault.sequence for fault in found] == [1, 2, 3, 9, 10]
    assert all("is gone: table blobs has no row" in fault.description for fault in found)


def test_a_damaged_blob_that_no_record_names_is_no_fault(filled: Store) -> None:
    with filled.writing() as connection:
        connection.execute(
            sa.insert(BLOBS).values(
                sha256="ab" * 32, size_bytes=3, stored_bytes=1, content=b"x", stored_at_ns=1
            )
        )
    assert verify_records(filled).holds


def test_blobs_are_left_unread_where_that_is_asked(with_large: Store) -> None:
    Path(large_blob(with_large)[1]).unlink()
    report = verify_records(with_large, Asked(blobs=False))
    assert (report.holds, report.blobs_checked) == (True, 0)
