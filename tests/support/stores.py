"""Fixtures of the audit store: every test that takes `store` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.blob_places import BlobPlace, Bucket
from tests.support.postgres import NoPostgres, Postgres
from verifierd.audit import databases
from verifierd.audit.chain import FIRST, record_hash
from verifierd.audit.packing import unpack
from verifierd.audit.schema import CHAIN_HEAD, RECORDS
from verifierd.audit.store import Store, StoreSettings, open_store


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server that is there for the whole session."""
    try:
        server = Postgres()
    except NoPostgres as error:
        pytest.skip(str(error))
    yield server
    server.close()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server to stop and start."""
    try:
        server = Postgres()
    except NoPostgres as error:
        pytest.skip(str(error))
    yield server
    server.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Postgres | None:
    """The server of a store's database; None: a file. Before any test's watch over the host begins."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


@pytest.fixture
def store_settings(server: Postgres | None, blob_place: BlobPlace, tmp_path: Path) -> Iterator[StoreSettings]:
    """Where a store can be made: a database that nobody has used, and a place for blobs."""
    if server is None:
        blobs = blob_place.url if isinstance(blob_place, Bucket) else ""
        yield StoreSettings(str(tmp_path / "audit.db"), blobs)
        return
    url = server.new_database()
    yield StoreSettings(url, blob_place.url)
    server.drop(url)


REPOSITORY = Path(__file__).resolve().parents[2]


def sequences_of_whole_chain(store: Store) -> list[int]:
    """Return the numbers of all records, in order; each must hash to what it should, up to the head."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(RECORDS).order_by(RECORDS.c.sequence)).all()
        head = connection.execute(sa.select(CHAIN_HEAD.c.sequence, CHAIN_HEAD.c.hash)).one()
    previous = FIRST
    for row in rows:
        assert row.previous_hash == previous
        previous = record_hash(previous, row.sequence, row.kind, unpack(row.body, 1 << 24))
        assert row.hash == previous
    sequences = [row.sequence for row in rows]
    assert sequences == list(range(1, len(rows) + 1))
    assert tuple(head) == (len(rows), previous)
    return sequences


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores that are opened hereafter count as locked after a moment."""
    monkeypatch.setattr(databases, "BUSY_S", 0.05)


@pytest.fixture
def store(store_settings: StoreSettings) -> Iterator[Store]:
    """A new store, open."""
    opened = open_store(store_settings)
    yield opened
    opened.close()
