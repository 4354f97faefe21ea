"""How a database's server is connected to."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from verifierd.audit.databases import engine_of, place_of

pytest.importorskip("psycopg")


class Looked(Exception):
    """Ends the connecting where it begins."""


def test_a_server_that_is_cut_off_is_given_up_within_seconds() -> None:
    engine = engine_of(place_of("postgresql://ada@db.example/audit"))
    options: dict[str, Any] = {}

    @sa.event.listens_for(engine, "do_connect")
    def look(dialect: Any, record: Any, arguments: Any, given: dict[str, Any]) -> None:
        options.update(given)
        raise Looked

    with pytest.raises(Looked):
        engine.connect()
    idle_s = options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"]
    assert max(idle_s, options["tcp_user_timeout"] / 1000, options["connect_timeout"]) <= 15
    assert (options["user"], options["host"], options["dbname"]) == ("ada", "db.example", "audit")
