"""Blobs come back as they were kept, or say which of them is missing or damaged."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
import zstandard

from tests.support.blob_places import IN_FOLDER_AND_S3, BlobPlace
from verifierd.audit.blob_files import BlobFiles
from verifierd.audit.blobs import Blobs
from verifierd.audit.errors import BlobDamaged, BlobMissing, StoreTrouble, StoreUnavailable
from verifierd.audit.schema import BATCHES, BLOBS, CANDIDATES, METADATA

SMALL = b"print(42)\n" * 3
LARGE = os.urandom(40_000)


def named(content: bytes) -> str:
    return sha256(content).hexdigest()


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine, [BLOBS, BATCHES, CANDIDATES])
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def blobs(blob_place: BlobPlace) -> Blobs:
    return Blobs(BlobFiles(blob_place.url))


def keep(blobs: Blobs, connection: sa.Connection, *contents: bytes) -> None:
    blobs.keep(connection, {named(content): content for content in contents}, at_ns=7)


@IN_FOLDER_AND_S3
@pytest.mark.parametrize("content", [b"", SMALL, LARGE, bytes(1 << 20)], ids=len)
def test_a_blob_comes_back_as_it_was(blobs: Blobs, connection: sa.Connection, content: bytes) -> None:
    keep(blobs, connection, content)
    assert blobs.read(connection, named(content)) == content


@IN_FOLDER_AND_S3
def test_what_stays_large_when_compressed_is_a_file_and_nothing_else_is(
    blobs: Blobs, connection: sa.Connection, blob_place: BlobPlace
) -> None:
    keep(blobs, connection, SMALL, LARGE)
    assert blob_place.paths() == [blobs.files.path(named(LARGE))]
    assert list(blobs.files.names()) == [named(LARGE)]


@IN_FOLDER_AND_S3
def test_equal_contents_are_kept_once(blobs: Blobs, connection: sa.Connection) -> None:
    keep(blobs, connection, SMALL)
    keep(blobs, connection, SMALL, LARGE)
    keep(blobs, connection, LARGE)
    assert connection.scalar(sa.select(sa.func.count()).select_from(BLOBS)) == 2


@IN_FOLDER_AND_S3
@pytest.mark.parametrize(
    "harm",
    [lambda place, path: place.delete(path), lambda place, path: place.write(path, b"cut")],
    ids=["lost", "cut"],
)
def test_a_blob_whose_file_was_lost_is_written_anew_when_it_is_kept_again(
    blobs: Blobs,
    connection: sa.Connection,
    blob_place: BlobPlace,
    harm: Callable[[BlobPlace, str], None],
) -> None:
    """A problem's file that is gone would take every later batch of that problem with it."""
    keep(blobs, connection, LARGE)
    harm(blob_place, *blob_place.paths())
    keep(blobs, connection, SMALL, LARGE)
    assert blobs.read(connection, named(LARGE)) == LARGE
    assert connection.scalar(sa.select(sa.func.count()).select_from(BLOBS)) == 2


def test_blobs_go_to_any_file_system_of_fsspec(connection: sa.Connection) -> None:
    blobs = Blobs(BlobFiles("memory://audit-test/blobs"))
    keep(blobs, connection, LARGE)
    assert blobs.read(connection, named(LARGE)) == LARGE
    assert list(blobs.files.names()) == [named(LARGE)]
    blobs.files.remove({named(LARGE)})
    with pytest.raises(BlobMissing):
        blobs.read(connection, named(LARGE))


@IN_FOLDER_AND_S3
def test_a_missing_blob_is_named_and_no_other_is_affected(
    blobs: Blobs, connection: sa.Connection, blob_place: BlobPlace
) -> None:
    keep(blobs, connection, SMALL, LARGE)
    blob_place.delete(blobs.files.path(named(LARGE)))
    with pytest.raises(BlobMissing, match=f"{named(LARGE)} .* is missing: there is none in {blob_place.url}"):
        blobs.read(connection, named(LARGE))
    with pytest.raises(BlobMissing, match="table blobs"):
        blobs.read(connection, named(b"never kept"))
    assert blobs.read(connection, named(SMALL)) == SMALL


def _cut(packed: bytes) -> bytes:
    return packed[:-1]


def _longer(packed: bytes) -> bytes:
    return packed + b"x"


def _flipped(packed: bytes) -> bytes:
    return packed[:-9] + bytes([packed[-9] ^ 1]) + packed[-8:]


def _no_frame(packed: bytes) -> bytes:
    return bytes(len(packed))


def _bomb(packed: bytes) -> bytes:
    """A gigabyte of zeros, which takes no more bytes than are expected of the file."""
    frame = zstandard.ZstdCompressor(level=3).compress(bytes(1 << 30))
    return frame + bytes(len(packed) - len(frame))


def _empty(packed: bytes) -> bytes:
    return b""


@IN_FOLDER_AND_S3
@pytest.mark.parametrize("damage", [_cut, _longer, _flipped, _no_frame, _bomb, _empty])
def test_a_damaged_blob_is_named_and_no_other_is_affected(
    blobs: Blobs, connection: sa.Connection, blob_place: BlobPlace, damage: Callable[[bytes], bytes]
) -> None:
    keep(blobs, connection, SMALL, LARGE)
    file = blobs.files.path(named(LARGE))
    blob_place.write(file, damage(blob_place.read(file)))
    with pytest.raises(BlobDamaged, match=named(LARGE)):
        blobs.read(connection, named(LARGE))
    assert blobs.read(connection, named(SMALL)) == SMALL


def test_bytes_changed_in_the_table_are_found(blobs: Blobs, connection: sa.Connection) -> None:
    keep(blobs, connection, SMALL)
    other = zstandard.ZstdCompressor(level=3).compress(SMALL.replace(b"42", b"43"))
    connection.execute(sa.update(BLOBS).values(content=other))
    with pytest.raises(BlobDamaged, match="another SHA-256"):
        blobs.read(connection, named(SMALL))


def test_a_full_disk_leaves_no_part_of_a_file_and_says_so(
    blobs: Blobs, connection: sa.Connection, blob_place: BlobPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreTrouble, match="No space left on device"):
            keep(blobs, connection, LARGE)
    assert blob_place.paths() == []
    keep(blobs, connection, LARGE)
    assert blobs.read(connection, named(LARGE)) == LARGE


@IN_FOLDER_AND_S3
def test_what_is_still_named_stays(blobs: Blobs, connection: sa.Connection, blob_place: BlobPlace) -> None:
    keep(blobs, connection, SMALL, LARGE)
    columns = {column.name: 0 for column in CANDIDATES.columns if not column.nullable}
    connection.execute(sa.insert(CANDIDATES).values(columns | {"source_blob": named(SMALL)}))
    swept = blobs.forget(connection, {named(SMALL), named(LARGE)})
    assert swept == {named(LARGE)}
    assert blob_place.paths() != []
    blobs.sweep(connection, {*swept, named(SMALL)})
    assert blob_place.paths() == []
    assert blobs.read(connection, named(SMALL)) == SMALL


@IN_FOLDER_AND_S3
def test_a_file_whose_blob_is_kept_again_is_not_swept(blobs: Blobs, connection: sa.Connection) -> None:
    keep(blobs, connection, LARGE)
    swept = blobs.forget(connection, {named(LARGE)})
    keep(blobs, connection, LARGE)
    blobs.sweep(connection, swept)
    assert blobs.read(connection, named(LARGE)) == LARGE


@IN_FOLDER_AND_S3
def test_a_name_that_leads_out_of_the_folder_is_none(blobs: Blobs, connection: sa.Connection) -> None:
    name = "../" * 9 + "etc/passwd"
    columns = {"size_bytes": 1, "stored_bytes": 1, "content": None, "stored_at_ns": 1}
    connection.execute(sa.insert(BLOBS).values(columns | {"sha256": name}))
    with pytest.raises(BlobDamaged, match="its name is no SHA-256"):
        blobs.read(connection, name)
    with pytest.raises(BlobDamaged, match="its name is no SHA-256"):
        blobs.files.remove({name})


def test_a_place_that_cannot_be_is_refused_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match=r"Not a directory|File exists"):
        BlobFiles(str(tmp_path / "file" / "blobs"))
    with pytest.raises(StoreUnavailable, match="nosuch://host/x") as caught:
        BlobFiles("nosuch://ada:secret@host/x")
    assert "secret" not in str(caught.value)
