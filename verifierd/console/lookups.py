"""Questions to the store's tables that only the console has; each follows an index, and is bounded."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from verifierd.audit.found import CANDIDATE_COLUMNS, CandidateRow, candidate_row
from verifierd.audit.schema import BATCHES, BLOBS, CANDIDATES, RECORDS

NAMESAKES = 20


def candidate_at(connection: sa.Connection, batch_id: str, position: int) -> CandidateRow | None:
    """Return the judged candidate at a place of a batch; None where there is none."""
    mine = sa.select(*CANDIDATE_COLUMNS).where(
        CANDIDATES.c.batch_id == batch_id, CANDIDATES.c.position == position
    )
    row = connection.execute(mine).one_or_none()
    return None if row is None else candidate_row(row)


def neighbours(connection: sa.Connection, batch_id: str, position: int) -> tuple[int | None, int | None]:
    """Return the places of the judged candidates before and after one; None where there is none."""
    place = CANDIDATES.c.position
    before = sa.select(sa.func.max(place)).where(CANDIDATES.c.batch_id == batch_id, place < position)
    after = sa.select(sa.func.min(place)).where(CANDIDATES.c.batch_id == batch_id, place > position)
    return connection.scalar(before), connection.scalar(after)


def candidates_named(connection: sa.Connection, candidate_id: str) -> Sequence[CandidateRow]:
    """Return some candidates of this id, of any batch."""
    mine = sa.select(*CANDIDATE_COLUMNS).where(CANDIDATES.c.candidate_id == candidate_id).limit(NAMESAKES)
    return [candidate_row(row) for row in connection.execute(mine)]


def problem_size(connection: sa.Connection, batch_id: str) -> int | None:
    """Return how many bytes the problem of a batch has; None where it was not kept."""
    mine = sa.select(BLOBS.c.size_bytes).join(BATCHES, BATCHES.c.problem_blob == BLOBS.c.sha256)
    return connection.scalar(mine.where(BATCHES.c.id == batch_id))


def newest_record_at(connection: sa.Connection) -> int | None:
    """Return when the newest record was made, in epoch nanoseconds; None where there is none."""
    return connection.scalar(sa.select(RECORDS.c.recorded_at_ns).order_by(RECORDS.c.sequence.desc()).limit(1))
