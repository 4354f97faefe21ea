"""Which errors of a database are troubles of the store, that pass, and in which words a person reads them."""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

# Of an entry by itself: of a wrong form, or there already.
_OF_THE_ENTRY = (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.ProgrammingError, sa.exc.InterfaceError)
# The classes of PostgreSQL's codes for the same, and for what is larger than it can hold.
_CODES_OF_THE_ENTRY = ("22", "23", "54")
LOCK_TIMEOUT = "55P03"
"""PostgreSQL's code for a lock that was waited for in vain."""

_SQLITE_WORDS = {
    "SQLITE_BUSY": "another program has locked it",
    "SQLITE_LOCKED": "another program has locked it",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_CANTOPEN": "its file cannot be opened: look at the permissions of the file and of its folder",
    "SQLITE_READONLY": "its file may not be written: look at the permissions of the file and of its folder",
    "SQLITE_IOERR": "its file cannot be read or written: the disk fails, is full or is gone",
    "SQLITE_NOTADB": "its file is no SQLite database",
    "SQLITE_CORRUPT": "its file is damaged",
    "SQLITE_PERM": "its file may not be opened",
}


def trouble_of(error: BaseException) -> str | None:
    """Return what is wrong with the store, in words; None where the error is of an entry by itself.

    An error that nobody foresaw counts as the entry's: else it would hold up all others for ever.
    """
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, sa.exc.TimeoutError):
        return "all its connections are in use"
    if not isinstance(error, DBAPIError):
        return None
    original: Any = error.orig
    if isinstance(original, sqlite3.Error):
        return None if isinstance(error, _OF_THE_ENTRY) else _sqlite_words(original)
    if error.connection_invalidated:
        return f"the connection to its server broke: {_first_line(original)}"
    code = getattr(original, "sqlstate", None) or ""
    if code == LOCK_TIMEOUT:
        return "another program has locked it"
    if code:
        return None if code.startswith(_CODES_OF_THE_ENTRY) else _first_line(original)
    is_of_the_connection = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return _first_line(original) if is_of_the_connection else None


def _sqlite_words(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    known = next((words for prefix, words in _SQLITE_WORDS.items() if name.startswith(prefix)), None)
    return known or _first_line(error)


def _first_line(error: BaseException | None) -> str:
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)[:300]
    # A driver may quote what somebody put into the store, which could steer a terminal.
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
