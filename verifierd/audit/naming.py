"""What people name: a batch by how its id begins, a candidate, an execution.

3f2a91c0...      a batch, by its id or enough of its beginning
3f2a91c0/first   a candidate of it
4711             the candidate of that record
4711.0           the first execution of it
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from verifierd.audit.finding_batches import batch_with_id, batches_beginning
from verifierd.audit.finding_candidates import candidate_in, candidate_of_record
from verifierd.audit.found import (
    EXECUTION_COLUMNS,
    MAX_SEQUENCE,
    BatchRow,
    CandidateRow,
    ExecutionRow,
    execution_id,
    execution_row,
)
from verifierd.audit.removals import removals
from verifierd.audit.schema import EXECUTIONS
from verifierd.audit.wrong_input import WrongInput

SHOWN_CHARS = 80


class UnknownName(WrongInput):
    """Nothing in the store goes by a name, or more than one thing does."""


def named(connection: sa.Connection, name: str) -> BatchRow | CandidateRow | ExecutionRow:
    """Return what a name means.

    Raises:
        UnknownName: it means nothing in this store, or may mean several things.
    """
    if execution_id(name) is not None:
        return named_execution(connection, name)
    if "/" in name or _is_record(name):
        return named_candidate(connection, name)
    return named_batch(connection, name)


def named_batch(connection: sa.Connection, name: str) -> BatchRow:
    """Return a batch by its id or how that begins. Raises UnknownName."""
    if (exact := batch_with_id(connection, name)) is not None:
        return exact
    found = batches_beginning(connection, name) if name else ()
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownName(
            f"the ids of several batches begin with {_shown(name)}: {', '.join(each.id for each in found)}"
            "; give more of it"
        )
    for removal in removals(connection) if name else ():
        if gone := next((each for each in removal.batch_ids if each.startswith(name)), None):
            at = datetime.fromtimestamp(removal.occurred_at_ns // 10**9, UTC).isoformat()
            raise UnknownName(f"batch {gone} is not there: retention removed it at {at}, {removal.why}")
    raise UnknownName(f"there is no batch {_shown(name)}; `verifierd audit list` tells those that are")


def named_candidate(connection: sa.Connection, name: str) -> CandidateRow:
    """Return a candidate by its record's number, or as BATCH/CANDIDATE. Raises UnknownName."""
    batch_name, slash, candidate_id = name.partition("/")
    if not slash:
        if not _is_record(name):
            raise UnknownName(
                f"{_shown(name)} names no candidate: give the number of its record, or BATCH/CANDIDATE"
            )
        row = candidate_of_record(connection, int(name))
        if row is None:
            raise UnknownName(f"record {name} is no candidate's; `verifierd audit list BATCH` tells those")
        return row
    batch = named_batch(connection, batch_name)
    row = candidate_in(connection, batch.id, candidate_id)
    if row is None:
        raise UnknownName(
            f"batch {batch.id} has no verdict of a candidate {_shown(candidate_id)}; "
            f"`verifierd audit list {batch.id}` tells those that it has"
        )
    return row


def named_execution(connection: sa.Connection, name: str) -> ExecutionRow:
    """Return an execution by its name, such as 4711.0. Raises UnknownName."""
    number = execution_id(name)
    found = sa.select(*EXECUTION_COLUMNS).where(EXECUTIONS.c.id == number)
    row = None if number is None else connection.execute(found).one_or_none()
    if row is None:
        raise UnknownName(
            f"there is no execution {_shown(name)}; `verifierd audit list --executions` tells those"
        )
    return execution_row(row)


def _is_record(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 16 and 1 <= int(name) <= MAX_SEQUENCE


def _shown(name: str) -> str:
    return repr(name if len(name) <= SHOWN_CHARS else name[:SHOWN_CHARS] + "…")
