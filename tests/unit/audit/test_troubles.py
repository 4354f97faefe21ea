"""What is wrong with a database reads as words, whatever its driver quotes."""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa

from verifierd.audit.troubles import trouble_of


def test_what_a_driver_quotes_of_the_store_steers_no_terminal() -> None:
    said = sqlite3.OperationalError("Could not decode 'body' with text '\x1b]0;owned\x07\x9b\u202e'")
    reason = trouble_of(sa.exc.OperationalError("SELECT body", None, said))
    assert reason == r"Could not decode 'body' with text '\x1b]0;owned\x07\x9b\u202e'"
