"""Records as they are read to be verified: whatever somebody put into their columns."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from verifierd.audit.packing import unpack
from verifierd.audit.reading import MAX_BODY_BYTES
from verifierd.audit.schema import RECORDS
from verifierd.audit.verifying.faults import named
from verifierd.audit.verifying.links import Link
from verifierd.audit.verifying.snapshots import raw_rows

PAGE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A row of table `records`; `unreadable` says why its body is none, which is then taken as empty."""

    link: Link
    batch_id: str
    recorded_at_ns: object
    unreadable: str = ""

    @property
    def sequence(self) -> int:
        """Return its number."""
        return self.link.sequence

    @property
    def called(self) -> str:
        """Return what it is called in a fault."""
        return named(self.sequence, self.link.kind, self.batch_id)

    @property
    def is_sound(self) -> bool:
        """Say whether its hash is that of its contents."""
        return not self.unreadable and self.link.hash_with() == self.link.hash


def read_records(
    connection: sa.Connection, *which: sa.ColumnElement[bool], limit: int | None = None
) -> list[StoredRecord]:
    """Return records in their order: those up to the limit, or fewer, which fill `PAGE_BYTES`; one at least.

    A body that was made to, takes ten thousand times the bytes that it has in the store.
    """
    records: list[StoredRecord] = []
    left_bytes = PAGE_BYTES
    for row in raw_rows(connection, RECORDS, *which, limit=limit):
        records.append(_record(row))
        left_bytes -= len(records[-1].link.body)
        if left_bytes <= 0:
            break
    return records


def _record(row: dict[str, object]) -> StoredRecord:
    unreadable, body = "", b""
    try:
        body = unpack(_bytes(row["body"]), MAX_BODY_BYTES)
    except ValueError as error:
        unreadable = str(error)
    link = Link(
        sequence=int(str(row["sequence"])),
        kind=str(row["kind"]),
        body=body,
        previous_hash=_bytes(row["previous_hash"]),
        hash=_bytes(row["hash"]),
    )
    return StoredRecord(link, str(row["batch_id"]), row["recorded_at_ns"], unreadable)


def _bytes(value: object) -> bytes:
    """Return a value if it is bytes; anything else is none that a record ever had."""
    return value if isinstance(value, bytes) else b""
