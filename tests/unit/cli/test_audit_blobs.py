"""`verifierd audit` reads large blobs where they are, in a folder or in S3, and says what it cannot read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.blob_places import IN_FOLDER_AND_S3, BlobPlace, Bucket
from tests.support.entries import begun, ended, execution, judged
from tests.support.filled import write
from tests.unit.cli.conftest import Command
from verifierd.audit.store import StoreSettings, open_store

BATCH = "3f2a91c0" * 4
# Letters that compression makes no smaller than the database takes.
LARGE = b"".join(f"{number**7 % 1_000_003}\n".encode() for number in range(20_000))
IN_S3 = pytest.mark.parametrize("s3_server", ["s3"], indirect=True, scope="session")


@pytest.fixture
def options(blob_place: BlobPlace, tmp_path: Path) -> tuple[str, ...]:
    """The options that name a store with a batch, whose outputs are large."""
    database = str(tmp_path / "audit.db")
    store = open_store(StoreSettings(database, blob_place.url))
    write(store, begun(BATCH), judged(0, BATCH, executions=(execution(stdout=LARGE),)), ended(BATCH))
    assert len(blob_place.paths()) == 1
    store.close()
    return ("--database", database, "--blobs", blob_place.url)


@IN_FOLDER_AND_S3
def test_large_outputs_are_shown_printed_exported_and_verified(
    command: Command, options: tuple[str, ...], tmp_path: Path
) -> None:
    assert LARGE[-20:].decode().split()[-1] in command("audit", "show", "2.0", *options).out
    (row,) = command("audit", "logs", BATCH, *options, "--json").json_lines
    assert row["stdout"] == LARGE.decode()
    out = tmp_path / "rows.jsonl"
    assert command("audit", "export", "--out", out, "--with-outputs", *options).code == 0
    (row,) = map(json.loads, out.read_text().splitlines())
    assert row["stdout"] == LARGE.decode()
    assert command("audit", "verify", *options).code == 0


def test_the_blobs_of_the_settings_are_of_the_store_that_they_name_or_else_of_the_one_given(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = StoreSettings(str(tmp_path / "audit.db"), str(tmp_path / "elsewhere"))
    store = open_store(settings)
    write(store, begun(BATCH), judged(0, BATCH, executions=(execution(stdout=LARGE),)), ended(BATCH))
    store.close()
    logs = ("audit", "logs", BATCH, "--database", settings.database)
    assert command(*logs).code == 3
    monkeypatch.setenv("VERIFIERD_AUDIT__BLOBS", settings.blobs)
    assert command(*logs).code == 0
    monkeypatch.setenv("VERIFIERD_AUDIT__DATABASE", str(tmp_path / "other.db"))
    assert command(*logs).code == 3
    assert command(*logs, "--blobs", settings.blobs).code == 0


@IN_FOLDER_AND_S3
def test_a_missing_blob_is_told_by_every_command(
    command: Command, options: tuple[str, ...], blob_place: BlobPlace
) -> None:
    (path,) = blob_place.paths()
    blob_place.delete(path)
    sha256 = path.rpartition("/")[2].removesuffix(".zst")
    told = command("audit", "logs", BATCH, *options)
    assert (told.code, sha256 in told.out.replace("\n", "")) == (3, True)
    told = command("audit", "verify", *options)
    assert (told.code, sha256 in told.out.replace("\n", "")) == (1, True)


@IN_FOLDER_AND_S3
def test_files_go_with_their_batches(
    command: Command, options: tuple[str, ...], blob_place: BlobPlace
) -> None:
    assert command("audit", "retain", "--keep-gib", "0.0000001", *options).code == 0
    assert blob_place.paths() == []


@IN_S3
def test_refused_credentials_are_named_and_lists_need_none(
    command: Command, options: tuple[str, ...], blob_place: Bucket
) -> None:
    blob_place.server.require_known_keys(required=True)
    try:
        listed = command("audit", "list", *options, "--json")
        refused = command("audit", "show", "2.0", *options)
    finally:
        blob_place.server.require_known_keys(required=False)
    assert (listed.code, len(listed.json_lines)) == (0, 1)
    assert refused.code != 0
    assert "its credentials are missing or refused (InvalidAccessKeyId)" in " ".join(refused.err.split())
