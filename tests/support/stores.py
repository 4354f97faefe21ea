"""Fixtures of the audit store: every test that takes `store` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import NoPostgres, Postgres
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


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Postgres | None:
    """The server of a store's database; None: a file. Before any test's watch over the host begins."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


@pytest.fixture
def store_settings(server: Postgres | None, tmp_path: Path) -> StoreSettings:
    """Where a store can be made: a database that nobody has used, and a folder for blobs."""
    if server is None:
        return StoreSettings(str(tmp_path / "audit.db"))
    return StoreSettings(server.new_database(), str(tmp_path / "blobs"))


@pytest.fixture
def store(store_settings: StoreSettings) -> Iterator[Store]:
    """A new store, open."""
    opened = open_store(store_settings)
    yield opened
    opened.close()
