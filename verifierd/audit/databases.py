"""Which database a store is in, and how its connections are made: a SQLite file, or PostgreSQL by URL."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from verifierd.audit.errors import StoreUnavailable

WRITES: Mapping[str, Any] = {"verifierd_writes": True}
"""Marks an engine whose transactions write: in SQLite they take the file's lock when they begin."""
BUSY_S = 5.0
"""Seconds that a transaction waits for another's to end before the store counts as locked."""
CONNECT_S = 10
# A server that was cut off is given up in a quarter of a minute, where Linux would take one of an hour to:
# what waits is tried again by another connection. No effect on a local socket.
_UNTIL_CUT_OFF = {
    "tcp_user_timeout": 15_000,  # milliseconds for what was sent to arrive
    "keepalives_idle": 5,  # seconds, while an answer is waited for
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA cache_size=-8192",
)

# A text that somebody put in and that is no UTF-8 keeps nobody from reading what stands beside it.
_ANY_TEXT = partial(str, encoding="utf-8", errors="backslashreplace")


@dataclass(frozen=True, slots=True)
class Place:
    """A database: its URL, what messages call it, and its file where it is one."""

    url: URL
    shown: str
    file: Path | None


def place_of(database: str) -> Place:
    """Return the database that a path or a URL means.

    Raises:
        StoreUnavailable: it is a URL of something else than SQLite or PostgreSQL.
    """
    if "://" not in database:
        return _sqlite(Path(database))
    scheme_shown = f"{database.partition('://')[0]}://..."
    try:
        url = make_url(database)
    except (sa.exc.ArgumentError, ValueError):
        raise StoreUnavailable(
            scheme_shown, "this is no URL of a database, such as postgresql://USER@HOST/DATABASE"
        ) from None
    first_option = database.partition("?")[2].partition("=")[0]
    if url.get_backend_name() != "sqlite" and "@" in f"{url.host}{url.database}{first_option}":
        # What stands there is the end of a password, which no message may show.
        raise StoreUnavailable(scheme_shown, "an @ in a user's name or a password is written %40")
    shown = url.set(password=None, query={}).render_as_string()
    if url.drivername not in _DRIVERS:
        raise StoreUnavailable(
            shown, "allowed are a path, sqlite:///PATH and postgresql://USER@HOST/DATABASE"
        )
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise StoreUnavailable(shown, "it must be a file, such as sqlite:////var/lib/verifierd/audit.db")
        return _sqlite(Path(str(url.database)))
    return Place(url.set(drivername=_DRIVERS[url.drivername]), shown, None)


def blobs_beside(place: Place) -> str:
    """Return the folder of blobs beside a database's file.

    Raises:
        StoreUnavailable: it is none with a file.
    """
    if place.file is None:
        raise StoreUnavailable(
            place.shown,
            "a store in PostgreSQL needs a place for blobs: set audit.blobs of the same settings, or give "
            "--blobs to `verifierd audit` and `verifierd console`",
        )
    return f"{place.file}.blobs"


def prepare(place: Place, *, create: bool) -> None:
    """Make a database's file, for its owner alone, where there is none.

    Raises:
        StoreUnavailable: it cannot be made, or is not there and is not to be made.
    """
    if place.file is None:
        return
    if place.file.is_dir():
        raise StoreUnavailable(place.shown, "it is a folder; name a file in it, such as audit.db")
    if not create and not place.file.exists():
        raise StoreUnavailable(place.shown, "there is no such file")
    try:
        os.close(os.open(place.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except FileNotFoundError:
        raise StoreUnavailable(place.shown, f"there is no folder {place.file.parent}") from None
    except OSError as error:
        raise StoreUnavailable(place.shown, f"its file cannot be opened: {error.strerror}") from None


def engine_of(place: Place) -> sa.Engine:
    """Return an engine that makes connections to a database. It connects when it is first used.

    Raises:
        StoreUnavailable: the driver of PostgreSQL is not installed.
    """
    if place.file is not None:
        engine = sa.create_engine(place.url, hide_parameters=True, connect_args={"timeout": BUSY_S})
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        engine = sa.create_engine(
            place.url,
            hide_parameters=True,  # they are programs and outputs: nothing for messages and logs
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": CONNECT_S,
                "application_name": application_name(),
                **_UNTIL_CUT_OFF,
            },
        )
        sa.event.listen(engine, "connect", _set_up_postgresql)
        return engine
    except ModuleNotFoundError:
        raise StoreUnavailable(
            place.shown, "PostgreSQL needs a driver: pip install 'verifierd[postgresql]'"
        ) from None


def log_ahead(engine: sa.Engine) -> None:
    """Have a SQLite file written by a log ahead of it, which those who read do not wait for.

    The file keeps that for good: call it once that is known to be a store's, and no connection is in use.
    """
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _log_sqlite_ahead)
        engine.dispose()


def application_name() -> str:
    """Return what PostgreSQL shows of this process, to those who ask who is connected."""
    return f"verifierd process {os.getpid()} on {os.uname().nodename}"[:63]


def _sqlite(path: Path) -> Place:
    file = path.resolve()  # its owner's lock and its blobs lie beside it, by whichever name it is opened
    return Place(URL.create("sqlite", database=str(file)), str(path), file)


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.text_factory = _ANY_TEXT
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, by `_begin_sqlite`
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _log_sqlite_ahead(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")


def _set_up_postgresql(connection: Any, _: Any) -> None:
    connection.execute(f"SET lock_timeout = '{BUSY_S:g}s'")
    connection.commit()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("verifierd_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
