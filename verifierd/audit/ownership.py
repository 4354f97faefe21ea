"""Who goes on with a store's batches: one daemon, or several front ends that share them by a queue.

One alone keeps all others out, since two would each finish what the other runs. Those who share keep out who
would be alone, and in the same session each shows that it is there: a front end that is gone is known by the
end of its session, without heartbeats and without clocks, and one that is only frozen is not taken for gone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from typing import Protocol
from zlib import crc32

import sqlalchemy as sa

from verifierd.audit.databases import application_name
from verifierd.audit.errors import StoreInUse, StoreUnavailable
from verifierd.audit.store import Store
from verifierd.audit.troubles import LOCK_TIMEOUT, trouble_of

_LOCK = 0x6F776E6572  # "owner": of PostgreSQL's advisory locks the one that the owner of a store holds
_PRESENCE = 0x66726F6E  # "fron": the upper half of the lock that a front end shows its presence by
# A server finds out within a minute that the host at the other end is gone. No effect on a local socket.
_KEEPALIVES = {"tcp_keepalives_idle": 20, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 4}


class Ownership(Protocol):
    """A store's batches are this process' until it is closed, or the process ends in whichever way."""

    @property
    def session(self) -> str:
        """Return its session in a server of PostgreSQL, as `StoreInUse` has it; empty for a file."""
        ...

    def holds(self) -> bool:
        """Say whether it still holds: a server of PostgreSQL that was restarted has forgotten it. Blocks."""
        ...

    def close(self) -> None:
        """Leave the store's batches to others."""
        ...


def own(store: Store) -> Ownership:
    """Take a store's batches for this process. Blocks, for some seconds where another has them.

    Raises:
        StoreInUse: another process has them; it is named as far as it is known.
        StoreUnavailable: the store cannot be reached.
    """
    return _OwnServer(store) if store.is_postgresql else _OwnFile(store)


def share(store: Store, front_end: str) -> Ownership:
    """Take part in a store's batches under a name that is no other process'. Blocks as `own` does.

    Raises:
        StoreInUse: a daemon has them alone; it is named as far as it is known.
        StoreUnavailable: the store cannot be reached, or is a file, which front ends cannot share.
    """
    _check_shareable(store)
    return _OwnServer(store, front_end)


def identity(store: Store) -> str:
    """Return what tells the store's database from all others, a copy of it on another server among them.

    Raises:
        StoreUnavailable: the store cannot be reached, or is a file, which front ends cannot share.
    """
    _check_shareable(store)
    with store.reading() as connection:
        return ":".join(map(str, connection.execute(_IDENTITY).one()))


def _check_shareable(store: Store) -> None:
    if not store.is_postgresql:
        raise StoreUnavailable(
            store.where,
            "several front ends share a store in PostgreSQL, and this one is a file of SQLite; set "
            "audit.database to postgresql://USER@HOST/DATABASE, or executor.kind to local",
        )


def gone(store: Store, front_ends: Iterable[str]) -> set[str]:
    """Return those of some front ends that do not take part in the store's batches at the moment.

    A server that was restarted has forgotten all of them, until each has come back.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with store.reading() as connection:
        present = set(connection.scalars(_PRESENT))
    return {each for each in front_ends if crc32(each.encode()) not in present}


class _OwnFile:
    """A lock on a file beside the database's, which has the holder's name in it."""

    session = ""

    def __init__(self, store: Store) -> None:
        path = f"{store.engine.url.database}.owner"
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnavailable(store.where, f"{path} cannot be opened: {error.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 200, 0).decode(errors="replace").strip()
            os.close(self._file)
            raise StoreInUse(store.where, holder or "another process") from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, application_name().encode(), 0)

    def holds(self) -> bool:
        return True

    def close(self) -> None:
        os.close(self._file)


class _OwnServer:
    """An advisory lock of a connection that does nothing else; with a name it is shared with others."""

    def __init__(self, store: Store, front_end: str = "") -> None:
        self._front_end = front_end
        with ExitStack() as undo:
            try:
                self._connection = store.engine.connect()
                undo.callback(self._let_go_of_connection)
                self._connection = self._connection.execution_options(isolation_level="AUTOCOMMIT")
                self.session = str(self._connection.scalar(_OWN_SESSION))
                self._take(store)
                if front_end:
                    self._show_presence(front_end)
            except sa.exc.SQLAlchemyError as error:
                raise StoreUnavailable(store.where, trouble_of(error) or str(error)) from error
            undo.pop_all()

    def holds(self) -> bool:
        try:
            return self._connection.scalar(_HOLDS) is not None
        except sa.exc.SQLAlchemyError:
            return False

    def close(self) -> None:
        # The connection goes back to its pool, and would keep the lock; a broken one has lost it.
        with suppress(sa.exc.SQLAlchemyError):
            self._connection.execute(sa.select(sa.func.pg_advisory_unlock_all()))
        self._let_go_of_connection()

    def _let_go_of_connection(self) -> None:
        with suppress(sa.exc.SQLAlchemyError):
            self._connection.close()

    def _take(self, store: Store) -> None:
        """Take the lock. A server may need a moment to notice that the process that had it is dead."""
        try:
            take = sa.func.pg_advisory_lock_shared if self._front_end else sa.func.pg_advisory_lock
            self._connection.execute(sa.select(take(_LOCK)))
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_TIMEOUT:
                raise
            holder = self._connection.execute(_HOLDER).first()
            if holder is not None:
                name = holder.application_name or "another process"
                raise StoreInUse(store.where, name, holder.session) from None
            self._take(store)  # the holder has just left

    def _show_presence(self, front_end: str) -> None:
        for setting, value in _KEEPALIVES.items():
            self._connection.execute(sa.select(sa.func.set_config(setting, str(value), False)))
        number = _PRESENCE << 32 | crc32(front_end.encode())
        self._connection.execute(sa.select(sa.func.pg_advisory_lock_shared(number)))


_LOCKS = sa.table("pg_locks", *map(sa.column, ("pid", "locktype", "classid", "objid", "database", "granted")))
_DATABASES = sa.table("pg_database", sa.column("oid"), sa.column("datname"))
_DATABASE_HERE = (
    sa.select(_DATABASES.c.oid).where(_DATABASES.c.datname == sa.func.current_database()).scalar_subquery()
)
# Of a cluster of PostgreSQL since it was made, its replicas among it, and of a database in it.
_CONTROL = sa.func.pg_control_system().table_valued(sa.column("system_identifier", sa.BigInteger))
_IDENTITY = sa.select(_CONTROL.c.system_identifier, _DATABASE_HERE)
_SESSIONS = sa.table("pg_stat_activity", *map(sa.column, ("pid", "application_name", "backend_start")))
_IS_HELD_HERE = sa.and_(
    _LOCKS.c.locktype == "advisory",
    _LOCKS.c.granted,
    _LOCKS.c.database == _DATABASE_HERE,
)
# The two halves of its number.
_IS_THE_LOCK = sa.and_(_IS_HELD_HERE, _LOCKS.c.classid == _LOCK >> 32, _LOCKS.c.objid == _LOCK & 0xFFFFFFFF)
_PRESENT = sa.select(sa.cast(_LOCKS.c.objid, sa.BigInteger)).where(
    _IS_HELD_HERE, _LOCKS.c.classid == _PRESENCE
)
_HOLDS = sa.select(_LOCKS.c.pid).where(_IS_THE_LOCK, _LOCKS.c.pid == sa.func.pg_backend_pid())
# A server that was started anew counts its sessions anew.
_SESSION = sa.func.concat(_SESSIONS.c.pid, " of ", sa.extract("epoch", _SESSIONS.c.backend_start))
_OWN_SESSION = sa.select(_SESSION).where(_SESSIONS.c.pid == sa.func.pg_backend_pid())
_HOLDER = (
    sa.select(_SESSIONS.c.application_name, _SESSION.label("session"))
    .join(_LOCKS, _LOCKS.c.pid == _SESSIONS.c.pid)
    .where(_IS_THE_LOCK)
)
