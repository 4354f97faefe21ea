"""Which store a command means, and how it is opened: the options of all commands of `verifierd audit`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verifierd.cli.options import CONFIG_HELP
from verifierd.config import ConfigError, Settings

if TYPE_CHECKING:
    from verifierd.audit.store import Store, StoreSettings

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="PATH|URL",
        help="The store: an SQLite file, or postgresql://USER@HOST/DATABASE. Without it `audit.database` of "
        "the settings.",
        show_default=False,
    ),
]
BlobsOption = Annotated[
    str | None,
    typer.Option(
        "--blobs",
        metavar="FOLDER|URL",
        help="Where its large blobs are, such as s3://BUCKET/PREFIX. Without it `audit.blobs` of the "
        "settings, unless those name another store; or the folder beside an SQLite file.",
        show_default=False,
    ),
]
ConfigOption = Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP, show_default=False)]


@contextmanager
def opened(settings: Settings, database: str | None, blobs: str | None = None) -> Iterator[Store]:
    """Open the store that the options name, or else the settings. One that is not there is not made.

    Raises:
        ConfigError: neither names one.
        StoreUnavailable: it cannot be used; the reason says why.
    """
    # A command line that opens no store does not wait for its libraries.
    from verifierd.audit.store import open_store

    store = open_store(place_of(settings, database, blobs), create=False)
    try:
        yield store
    finally:
        store.close()


def is_of_settings(settings: Settings, database: str | None) -> bool:
    """Say whether the store that is meant is the settings' own, so that all else they say is of it too."""
    return database is None or database == settings.audit.database


def place_of(settings: Settings, database: str | None, blobs: str | None) -> StoreSettings:
    """Return where the store is that the options name, or else the settings. Raises ConfigError for none."""
    from verifierd.audit.store import StoreSettings
    from verifierd.config.records import store_settings

    named = store_settings(settings)
    if database:
        # The blobs of the settings are those of the database that they name, if they name one.
        is_other = bool(settings.audit.database) and not is_of_settings(settings, database)
        named = StoreSettings(database, "" if is_other else settings.audit.blobs)
    if named is None:
        raise ConfigError(
            "no audit store is named: give --database, or set audit.database in the file of --config or in "
            "VERIFIERD_AUDIT__DATABASE"
        )
    return named if blobs is None else replace(named, blobs=blobs)
