"""A store opens as what it is, or says why it cannot: to a person, and without its secrets."""

from __future__ import annotations

import os
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from tests.support.entries import begun
from tests.support.postgres import Postgres
from verifierd.audit import schema, search_index
from verifierd.audit.appending import append, prepare
from verifierd.audit.chain import FIRST
from verifierd.audit.errors import SchemaTooNew, StoreUnavailable
from verifierd.audit.migrating import known_versions
from verifierd.audit.reading import unfinished
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.audit.verifying import verify_records


def test_a_new_store_has_no_record(store: Store) -> None:
    with store.reading() as connection:
        head = connection.execute(sa.select(schema.CHAIN_HEAD)).one()
    assert tuple(head) == (1, 0, FIRST)


def test_the_migrations_make_the_tables_that_the_program_knows(store: Store) -> None:
    def is_of_tables(name: str | None, kind: str, _: object) -> bool:
        return not str(name).startswith((search_index.FTS5, search_index.GIN_INDEX))

    with store.reading() as connection:
        options = {"include_name": is_of_tables, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        known = [schema.METADATA, search_index.METADATA]  # alembic takes several, and its types do not say so
        assert compare_metadata(context, known) == []  # type: ignore[arg-type]


def test_the_newest_migration_is_the_version_that_the_program_knows() -> None:
    assert max(known_versions()) == schema.SCHEMA_VERSION


def test_a_store_opens_again_without_change(store: Store, store_settings: StoreSettings) -> None:
    with store.writing() as connection:
        connection.execute(sa.update(schema.CHAIN_HEAD).values(sequence=7))
    again = open_store(store_settings, create=False)
    with again.reading() as connection:
        assert connection.scalar(sa.select(schema.CHAIN_HEAD.c.sequence)) == 7
    again.close()


def test_many_who_open_a_new_store_at_once_make_one(store_settings: StoreSettings) -> None:
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(open_store, [store_settings] * 6))
    with stores[0].reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.CHAIN_HEAD)) == 1
    for each in stores:
        each.close()


def test_a_store_of_the_first_version_is_brought_up_to_date_with_its_batches(
    store: Store, store_settings: StoreSettings
) -> None:
    with store.writing() as connection:
        append(connection, store.blobs, [prepare(begun(is_durable=True))])
        connection.execute(sa.text("DROP TABLE usage"))
        connection.execute(sa.text("DROP TABLE tokens"))
        connection.execute(sa.text("ALTER TABLE batches DROP COLUMN front_end"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    newer = open_store(store_settings)
    assert [each.front_end for each in unfinished(newer)] == [""]
    assert verify_records(newer).holds
    newer.close()


def test_a_store_of_a_newer_version_is_refused_by_name(store: Store, store_settings: StoreSettings) -> None:
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(SchemaTooNew, match=r"version 0999, .* up to 0003; upgrade verifierd"):
        open_store(store_settings)


def test_a_database_of_something_else_is_refused(store_settings: StoreSettings) -> None:
    store = open_store(store_settings)
    with store.writing() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))
    store.close()
    with pytest.raises(StoreUnavailable, match="of something else: it has a table"):
        open_store(store_settings)


def test_a_store_that_is_not_there_is_not_made_unless_asked_for(
    store_settings: StoreSettings, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnavailable, match=r"there is no (such file|store in it)"):
        open_store(store_settings, create=False)
    assert not (tmp_path / "audit.db").exists()


def test_a_file_that_is_no_database_is_named_so(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("these are notes\n" * 100)
    with pytest.raises(StoreUnavailable, match=r"notes.txt cannot be used: its file is no SQLite database"):
        open_store(StoreSettings(str(file)))


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("table", ["notes (text)", "alembic_version (version_num)"])
def test_a_database_of_something_else_stays_as_it_is(tmp_path: Path, table: str, create: bool) -> None:
    file = tmp_path / "other.sqlite"
    connection = sqlite3.connect(file)
    connection.execute(f"CREATE TABLE {table}")
    connection.execute(f"INSERT INTO {table.split()[0]} VALUES ('0001')")  # noqa: S608
    connection.commit()
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreUnavailable, match="of something else: it has a table"):
        open_store(StoreSettings(str(file)), create=create)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_an_empty_database_is_not_touched_where_no_store_is_to_be_made(tmp_path: Path) -> None:
    file = tmp_path / "empty.sqlite"
    file.touch()
    with pytest.raises(StoreUnavailable, match="there is no store in it"):
        open_store(StoreSettings(str(file)), create=False)
    assert [(each, each.stat().st_size) for each in tmp_path.iterdir()] == [(file, 0)]


def test_a_store_in_a_file_is_written_by_a_log_ahead_of_it(tmp_path: Path) -> None:
    store = open_store(StoreSettings(str(tmp_path / "audit.db")))
    with store.reading() as connection:
        assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
    store.close()


def test_an_empty_database_of_sqlite_becomes_a_store(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "audit.db").close()
    open_store(StoreSettings(f"sqlite:///{tmp_path}/audit.db")).close()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=f"there is no folder {tmp_path}/none"):
        open_store(StoreSettings(str(tmp_path / "none" / "audit.db")))


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="it is a folder"):
        open_store(StoreSettings(str(tmp_path)))


def test_what_belongs_to_the_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    open_store(StoreSettings(str(tmp_path / "audit.db"))).close()
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    assert modes == {"audit.db": "0o600", "audit.db.blobs": "0o700"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every file")
def test_a_file_that_may_not_be_opened_is_named_so(tmp_path: Path) -> None:
    file = tmp_path / "audit.db"
    file.write_bytes(b"")
    file.chmod(0o400)
    with pytest.raises(StoreUnavailable, match="Permission denied"):
        open_store(StoreSettings(str(file)))


@pytest.mark.parametrize(
    ("database", "words"),
    [
        ("mysql://ada:secret@host/db", "allowed are a path"),
        ("sqlite://", "it must be a file"),
        ("sqlite:///:memory:", "it must be a file"),
        ("postgresql://ada:secret@host:port/db", "this is no URL of a database"),
        ("postgresql://ada:secret@/db?host=/nowhere&password=secret", "No such file or directory"),
        ("postgresql://ada:secret@127.0.0.1:1/db", "Connection refused"),
        ("postgresql://ada:my@secret@host/db", "an @ in a user's name or a password is written %40"),
        ("postgresql://ada:my@x/secret@host/db", "an @ in a user's name or a password is written %40"),
        ("postgresql://ada:my@x?secret@host/db", "an @ in a user's name or a password is written %40"),
        ("mysql://ada:my@secret@host/db", "is written %40"),
        ("postgresql://ada%40lab:my%40secret@127.0.0.1:1/db", "Connection refused"),
    ],
)
def test_a_url_that_cannot_be_used_says_why_and_keeps_its_password(
    database: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnavailable, match=words) as caught:
        open_store(StoreSettings(database, str(tmp_path / "blobs")))
    assert "secret" not in str(caught.value)


def test_a_database_that_the_server_does_not_have_is_named(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.new_database().replace("audit_", "other_")
    with pytest.raises(StoreUnavailable, match=r'database "other_\w+" does not exist'):
        open_store(StoreSettings(url, str(tmp_path / "blobs")))


def test_a_store_in_postgresql_wants_a_place_for_blobs(postgres: Postgres) -> None:
    with pytest.raises(StoreUnavailable, match=r"set audit.blobs of the same settings, or give --blobs"):
        open_store(StoreSettings(postgres.new_database()))


def test_a_server_that_is_not_there_is_said_before_a_missing_place_for_blobs() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # and listens not: who connects is refused
        port = taken.getsockname()[1]
        with pytest.raises(StoreUnavailable, match=r"refused") as refused:
            open_store(StoreSettings(f"postgresql://user@127.0.0.1:{port}/audit"))
    assert "blobs" not in str(refused.value)
