"""Reads every blob, and tells of a missing or damaged one which records it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from verifierd.audit.errors import BlobError
from verifierd.audit.schema import BATCHES, BLOBS, CANDIDATES
from verifierd.audit.store import Store
from verifierd.audit.verifying.asked import Watch
from verifierd.audit.verifying.faults import Faults, named
from verifierd.audit.verifying.snapshots import snapshot

_PAGE = 100
# A name that is none, and so of no record, may be no text either: no page could begin after it.
_IS_SHA256 = sa.and_(
    sa.func.length(BLOBS.c.sha256) == 64, sa.func.ltrim(BLOBS.c.sha256, "0123456789abcdef") == ""
)
_NAMED_BY = (
    (
        "source",
        CANDIDATES.c.source_blob,
        "candidate_judged",
        CANDIDATES.c.batch_id,
        CANDIDATES.c.candidate_id,
    ),
    (
        "outputs",
        CANDIDATES.c.outputs_blob,
        "candidate_judged",
        CANDIDATES.c.batch_id,
        CANDIDATES.c.candidate_id,
    ),
    ("request", BATCHES.c.request_blob, "batch_begun", BATCHES.c.id, sa.literal("")),
    ("problem", BATCHES.c.problem_blob, "batch_begun", BATCHES.c.id, sa.literal("")),
)


def read_all(store: Store, faults: Faults, watch: Watch) -> int:
    """Read each blob, and return how many there were. One that no record names may be damaged.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with store.reading() as connection:
        total = int(connection.scalar(sa.select(sa.func.count()).select_from(BLOBS).where(_IS_SHA256)) or 0)
    read = 0
    with watch("reading the blobs", total) as advance:
        for sha256 in _all(store):
            try:
                with snapshot(store) as connection:
                    store.blobs.read(connection, sha256)
            except BlobError as error:
                _tell(store, sha256, str(error), faults)
            except (TypeError, ValueError) as error:  # SQLite keeps a value of any type in any column
                _tell(store, sha256, f"its row of table blobs was altered: {error}", faults)
            read += 1
            advance()
    return read


def _all(store: Store) -> Iterator[str]:
    after = ""
    while True:
        following = sa.select(BLOBS.c.sha256).where(BLOBS.c.sha256 > after, _IS_SHA256)
        with snapshot(store) as connection:
            page = connection.scalars(following.order_by(BLOBS.c.sha256).limit(_PAGE)).all()
        if not page:
            return
        yield from page
        after = page[-1]


def _tell(store: Store, sha256: str, problem: str, faults: Faults) -> None:
    """Name the first record that each part belongs to; those that retention removes meanwhile have none."""
    with snapshot(store) as connection:
        for part, column, kind, batch_id, candidate_id in _NAMED_BY:
            chosen = (column.table.c.sequence, batch_id.label("batch_id"), candidate_id.label("candidate_id"))
            naming = sa.select(*chosen).where(column == sha256).order_by(column.table.c.sequence).limit(1)
            row = connection.execute(naming).first()
            if row is not None:
                total = connection.scalar(sa.select(sa.func.count()).where(column == sha256))
                others = f"; {total - 1} more records name it" if total and total > 1 else ""
                name = named(row.sequence, kind, row.batch_id, row.candidate_id)
                faults.add(row.sequence, f"{name}: its {part}: {problem}{others}")
