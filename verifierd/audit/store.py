"""The audit store, open: a database by SQLAlchemy and the blobs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from verifierd.audit import databases
from verifierd.audit.blob_files import BlobFiles
from verifierd.audit.blobs import Blobs
from verifierd.audit.errors import SchemaTooNew, StoreTrouble, StoreUnavailable
from verifierd.audit.migrating import known_versions, upgrade, version_of
from verifierd.audit.schema import CHAIN_HEAD, SCHEMA_VERSION
from verifierd.audit.troubles import trouble_of

IDLE_S = 30.0
"""Seconds after which a server ends a transaction of which nothing more comes.

Who is frozen, or cut off, amid a commit holds the chain's head, and so all who write, no longer than that.
"""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where the store is.

    `database` is a path, or a URL of SQLite or PostgreSQL; `blobs` a folder or an fsspec URL for what is too
    large for the database. Empty: the folder `DATABASE.blobs` beside a SQLite file.
    """

    database: str
    blobs: str = ""


class Store:
    """An open store. Its methods may be called from any thread, and block."""

    def __init__(self, engine: sa.Engine, blobs: Blobs, where: str) -> None:
        """Take the engine, which the store closes, and what the store is called in messages."""
        self.blobs = blobs
        self.where = where
        self.is_postgresql = engine.dialect.name == "postgresql"
        self.engine = engine
        self._end_if_idle = _end_if_idle(IDLE_S + blobs.longest_put_s)
        self._writing = engine.execution_options(**databases.WRITES)

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Give a connection to read by, which sees the store as it is at its first statement (SQLite).

        Raises:
            StoreUnavailable: the store cannot be reached or read at the moment.
        """
        return _reading(self.engine, self.where)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection in a transaction, which is committed at the end and undone by an error.

        Raises:
            StoreTrouble: the store cannot be written at the moment; nothing was.
        """
        try:
            with self._writing.begin() as connection:
                if self.is_postgresql:
                    connection.execute(self._end_if_idle)
                yield connection
        except sa.exc.SQLAlchemyError as error:
            reason = trouble_of(error)
            if reason is None:
                raise
            raise StoreTrouble(reason) from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_store(settings: StoreSettings, *, create: bool = True) -> Store:
    """Open a store, and bring tables of an older version up to date. Blocks.

    A store that is not there is made, unless `create` is False.

    Raises:
        StoreUnavailable: there is no such place, it is no store, or it may not be used: the reason says.
        SchemaTooNew: a newer verifierd has written it.
    """
    place = databases.place_of(settings.database)
    databases.prepare(place, create=create)
    engine = databases.engine_of(place)
    try:
        version = _version(engine, place.shown, create=create)
        blobs = settings.blobs or databases.blobs_beside(place)
        # Only now is anything altered or made: what was named may be somebody else's.
        databases.log_ahead(engine)
        files = BlobFiles(blobs)
        if create:  # who only reads can do much without the blobs, and is told of each that he misses
            files.check()
        store = Store(engine, Blobs(files), place.shown)
        if version != SCHEMA_VERSION:
            with store.writing() as connection:
                upgrade(connection)
    except StoreTrouble as error:
        engine.dispose()
        raise StoreUnavailable(place.shown, str(error)) from error
    except BaseException:
        engine.dispose()
        raise
    return store


def _end_if_idle(seconds: float) -> sa.Select[tuple[str]]:
    milliseconds = str(round(seconds * 1000))
    return sa.select(sa.func.set_config("idle_in_transaction_session_timeout", milliseconds, True))


@contextmanager
def looked_at(settings: StoreSettings) -> Iterator[Store]:
    """Open a store as it is, whatever version its tables have, and close it at the end. Blocks.

    Raises:
        StoreUnavailable: there is no such store, or it may not be used: the reason says.
        SchemaTooNew: a newer verifierd has written it.
    """
    place = databases.place_of(settings.database)
    databases.prepare(place, create=False)
    engine = databases.engine_of(place)
    try:
        _version(engine, place.shown, create=False)
        blobs = settings.blobs or databases.blobs_beside(place)
        yield Store(engine, Blobs(BlobFiles(blobs)), place.shown)
    finally:
        engine.dispose()


@contextmanager
def _reading(engine: sa.Engine, where: str) -> Iterator[sa.Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    except StoreTrouble as error:
        raise StoreUnavailable(where, str(error)) from error
    except sa.exc.SQLAlchemyError as error:
        reason = trouble_of(error)
        if reason is None:
            raise
        raise StoreUnavailable(where, reason) from error


def _version(engine: sa.Engine, where: str, *, create: bool) -> str | None:
    """Return the version of the store's tables; None where there is no store, and one is to be made.

    Raises:
        StoreUnavailable, SchemaTooNew: it is none that may be used.
    """
    with _reading(engine, where) as connection:
        version = version_of(connection)
        if version is None or not sa.inspect(connection).has_table(CHAIN_HEAD.name):
            _refuse_others_tables(connection, where, create=create)
    if version is not None and version not in known_versions():
        raise SchemaTooNew(where, version, SCHEMA_VERSION)
    return version


def _refuse_others_tables(connection: sa.Connection, where: str, *, create: bool) -> None:
    """Refuse a database that has no store in it, where none is to be made or others have tables there."""
    tables = sa.inspect(connection).get_table_names()
    if tables:
        raise StoreUnavailable(where, f"it is the database of something else: it has a table {tables[0]!r}")
    if not create:
        raise StoreUnavailable(where, "there is no store in it")
