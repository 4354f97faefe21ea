"""`verifierd audit schema` tells the version of a store's tables, and goes back to an older one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.filled import fill
from tests.unit.cli.conftest import Command
from verifierd.audit.migrating import known_versions
from verifierd.audit.schema import SCHEMA_VERSION
from verifierd.audit.store import StoreSettings, open_store

OLDEST = min(known_versions())


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "audit.db"
    store = open_store(StoreSettings(str(file)))
    fill(store)
    store.close()
    return file


def test_the_version_is_told(command: Command, database: Path) -> None:
    (told,) = command("audit", "schema", "--database", database, "--json").json_lines
    assert told == {"found": SCHEMA_VERSION, "newest": SCHEMA_VERSION}
    ended = command("audit", "schema", "--database", database)
    assert (ended.code, ended.err) == (0, "")
    assert f"the store's tables: {SCHEMA_VERSION}" in ended.out


def test_it_goes_back_and_the_next_command_forward_again(command: Command, database: Path) -> None:
    (told,) = command("audit", "schema", "--database", database, "--to", OLDEST, "--json").json_lines
    assert told == {"found": OLDEST, "newest": SCHEMA_VERSION}
    assert command("audit", "verify", "--database", database).code == 0
    (told,) = command("audit", "schema", "--database", database, "--json").json_lines
    assert told["found"] == SCHEMA_VERSION


def test_a_version_that_is_not_older_is_refused_with_those_that_are(command: Command, database: Path) -> None:
    ended = command("audit", "schema", "--database", database, "--to", "0000")
    assert ended.code == 2
    assert f"'0000' is not one before {SCHEMA_VERSION}" in ended.err
    assert OLDEST in ended.err


def test_a_store_that_there_is_not_is_told_and_not_made(command: Command, tmp_path: Path) -> None:
    ended = command("audit", "schema", "--database", tmp_path / "none.db")
    assert ended.code == 3
    assert not (tmp_path / "none.db").exists()
