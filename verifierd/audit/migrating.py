"""Brings the tables of a store up to date, or back, by the alembic migrations beside this module."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from verifierd.audit.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")
_REVISION = re.compile(r"r(\d{4})_\w+\.py\Z")
_LOCK = 0x76657269  # "veri": of PostgreSQL's advisory locks the one that upgrades take turns by


def version_of(connection: sa.Connection) -> str | None:
    """Return the version of a store's tables, such as "0001"; None where there are none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version


def known_versions() -> frozenset[str]:
    """Return the versions that this program can bring up to date, the newest among them."""
    names = (path.name for path in (MIGRATIONS / "versions").iterdir())
    return frozenset(match[1] for name in names if (match := _REVISION.match(name)))


def upgrade(connection: sa.Connection) -> None:
    """Make the tables those of `SCHEMA_VERSION`, within the connection's transaction."""
    # Only an old or a new store needs alembic, which takes longer to import than a store to open.
    from alembic import command

    command.upgrade(_config(connection), SCHEMA_VERSION)


def downgrade(connection: sa.Connection, version: str) -> None:
    """Make the tables those of an older version, for a verifierd that knows no newer one.

    Columns that it does not know go, with what is in them; records stay as they are.
    """
    from alembic import command

    command.downgrade(_config(connection), version)


def _config(connection: sa.Connection) -> Config:
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
