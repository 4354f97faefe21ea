"""Which version the tables of a store have, and the way back to an older one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from verifierd.audit.errors import StoreInUse, StoreUnavailable
from verifierd.audit.migrating import downgrade, known_versions, version_of
from verifierd.audit.ownership import own
from verifierd.audit.schema import SCHEMA_VERSION
from verifierd.audit.store import Store, StoreSettings, looked_at
from verifierd.audit.wrong_input import NoSuchVersion


@dataclass(frozen=True, slots=True)
class Versions:
    """The version of a store's tables, and the newest one that this program makes."""

    found: str
    newest: str = SCHEMA_VERSION


def versions(settings: StoreSettings) -> Versions:
    """Return the versions, and change nothing.

    Raises:
        StoreUnavailable: there is no store, or it may not be used: the reason says.
    """
    with looked_at(settings) as store:
        return Versions(_found(store))


def roll_back(settings: StoreSettings, version: str, *, beside_older: bool = False) -> Versions:
    """Bring the tables back to an older version, in one transaction, and return where they are.

    A daemon that knows the newer ones must not be at it: it would miss what goes, and its next start would
    bring them up to date again. `beside_older` says that those at it are older ones, which need none of it.

    Raises:
        StoreUnavailable: there is no store, a daemon is at it, or it may not be used: the reason says.
        StoreTrouble: it cannot be written at the moment; nothing was.
        NoSuchVersion: the tables are older than this version, or there is none of the name.
    """
    with looked_at(settings) as store:
        found = _found(store)
        earlier = sorted(each for each in known_versions() if each < found)
        if version not in earlier:
            allowed = f"it can be {' or '.join(earlier)}" if earlier else "there is none before it"
            raise NoSuchVersion(
                f"version {version!r} is not one before {found}, which the store has; {allowed}"
            )
        with nullcontext() if beside_older else _alone(store), store.writing() as connection:
            downgrade(connection, version)
        return Versions(_found(store))


def _found(store: Store) -> str:
    with store.reading() as connection:
        return version_of(connection) or ""


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Keep daemons out for the length of the block. Raises StoreUnavailable where one is at the store."""
    try:
        owned = own(store)
    except StoreInUse as error:
        raise StoreUnavailable(
            store.where,
            f"{error.holder} is at it, and may need what goes with the newer tables; stop all daemons of "
            "this store first, or say --beside-older where those that run are older ones",
        ) from None
    try:
        yield
    finally:
        owned.close()
