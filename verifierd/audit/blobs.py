"""Programs, outputs and messages by their contents: each is kept once, compressed by zstd.

A small one lies in the table, and so is committed with the records that name it; a large one in a file, which
is there before the commit that names it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256 as digest_of

import sqlalchemy as sa

from verifierd.audit.blob_files import BlobFiles
from verifierd.audit.errors import BlobDamaged, BlobMissing
from verifierd.audit.packing import MAX_BYTES, pack, unpack
from verifierd.audit.schema import BATCHES, BLOBS, CANDIDATES

IN_TABLE_BYTES = 16 << 10
_AT_ONCE_BYTES = 64 << 20  # of files that are written beside each other, and so are in memory together
_INSERT = sa.insert(BLOBS)
_KNOWN = sa.select(BLOBS.c.sha256).where(BLOBS.c.sha256.in_(sa.bindparam("sha256s", expanding=True)))
_IN_FILES = sa.select(BLOBS.c.sha256, BLOBS.c.stored_bytes).where(
    BLOBS.c.sha256.in_(sa.bindparam("sha256s", expanding=True)), BLOBS.c.content.is_(None)
)
_NAMED_BY = (
    CANDIDATES.c.source_blob,
    CANDIDATES.c.outputs_blob,
    BATCHES.c.request_blob,
    BATCHES.c.problem_blob,
)


class Blobs:
    """The blobs of a store. What changes them takes the connection of a transaction that holds its chain."""

    def __init__(self, files: BlobFiles, in_table_bytes: int = IN_TABLE_BYTES) -> None:
        """Take where the large ones go, and how many compressed bytes make one large."""
        self.files = files
        self._in_table_bytes = in_table_bytes

    @property
    def longest_put_s(self) -> float:
        """Return about how long files are written, between two statements of a transaction."""
        return self.files.longest_put_s(_AT_ONCE_BYTES)

    def keep(self, connection: sa.Connection, contents: Mapping[str, bytes], at_ns: int) -> None:
        """Keep these bytes under their SHA-256; what is there already stays as it is.

        One whose file was lost or cut is written anew: it takes nothing with it that comes later.

        Raises:
            StoreTrouble: a file cannot be written, or looked for, at the moment.
        """
        known = self.known(connection, contents)
        if lost := self._lost(connection, known):
            connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256.in_(lost)))
            known -= lost
        rows: list[dict[str, object]] = []
        large: dict[str, bytes] = {}
        for sha256, content in contents.items():
            if sha256 in known:
                continue
            packed = pack(content)
            is_large = len(packed) > self._in_table_bytes
            if is_large:
                large[sha256] = packed
            rows.append(_row(sha256, content, packed, at_ns, in_table=not is_large))
            if sum(map(len, large.values())) > _AT_ONCE_BYTES:
                self.files.put(large)
                connection.execute(_INSERT, rows)  # now: a server ends what it hears nothing of for long
                large, rows = {}, []
        if large:
            self.files.put(large)
        if rows:
            connection.execute(_INSERT, rows)

    def known(self, connection: sa.Connection, sha256s: Collection[str]) -> set[str]:
        """Return which of these blobs the store has."""
        return set(connection.scalars(_KNOWN, {"sha256s": list(sha256s)})) if sha256s else set()

    def read(self, connection: sa.Connection, sha256: str) -> bytes:
        """Return the bytes of a blob, checked.

        Raises:
            BlobMissing: it is not there.
            BlobDamaged: what is there is something else.
            StoreTrouble: its file cannot be read at the moment.
        """
        row = connection.execute(sa.select(BLOBS).where(BLOBS.c.sha256 == sha256)).one_or_none()
        if row is None:
            raise BlobMissing(sha256, "table blobs")
        packed = row.content
        if packed is None:
            packed = self.files.get(sha256, min(row.stored_bytes, MAX_BYTES) + 1)
        if packed is None:
            raise BlobMissing(sha256, self.files.where)
        if len(packed) != row.stored_bytes:
            raise BlobDamaged(sha256, f"it should take {row.stored_bytes} bytes, and takes others")
        return _unpacked(sha256, packed, row.size_bytes)

    def still_named(self, connection: sa.Connection, sha256s: Collection[str]) -> set[str]:
        """Return which of these blobs a candidate or a batch names."""
        if not sha256s:
            return set()
        # One name is enough: a popular program has very many.
        is_named = sa.or_(*(sa.exists().where(column == BLOBS.c.sha256) for column in _NAMED_BY))
        return set(connection.scalars(sa.select(BLOBS.c.sha256).where(BLOBS.c.sha256.in_(sha256s), is_named)))

    def forget(self, connection: sa.Connection, sha256s: Collection[str]) -> set[str]:
        """Delete these blobs as far as nothing names them; return those that have files to be swept."""
        unnamed = set(sha256s) - self.still_named(connection, sha256s)
        if not unnamed:
            return set()
        chosen = BLOBS.c.sha256.in_(unnamed)
        in_files = connection.scalars(sa.select(BLOBS.c.sha256).where(chosen, BLOBS.c.content.is_(None)))
        swept = set(in_files)
        connection.execute(sa.delete(BLOBS).where(chosen))
        return swept

    def sweep(self, connection: sa.Connection, sha256s: Collection[str]) -> None:
        """Delete the files of those of these blobs that the store has no longer, in a later transaction.

        Later, since a file must stay until it is committed that nothing names it; in a transaction that holds
        the chain, since nobody may begin to name it meanwhile.

        Raises:
            StoreTrouble: one cannot be deleted at the moment.
        """
        unnamed = set(sha256s) - self.known(connection, sha256s)
        if unnamed:
            self.files.remove(unnamed)

    def _lost(self, connection: sa.Connection, sha256s: Collection[str]) -> set[str]:
        """Return those of these blobs whose files are gone, or of another size."""
        if not sha256s:
            return set()
        in_files = connection.execute(_IN_FILES, {"sha256s": list(sha256s)})
        expected = {row.sha256: row.stored_bytes for row in in_files}
        found = self.files.sizes(expected) if expected else {}
        return {sha256 for sha256, size in expected.items() if found[sha256] != size}


def _row(sha256: str, content: bytes, packed: bytes, at_ns: int, *, in_table: bool) -> dict[str, object]:
    return {
        "sha256": sha256,
        "size_bytes": len(content),
        "stored_bytes": len(packed),
        "content": packed if in_table else None,
        "stored_at_ns": at_ns,
    }


def _unpacked(sha256: str, packed: bytes, size_bytes: int) -> bytes:
    try:
        content = unpack(packed, size_bytes)
    except ValueError as error:
        raise BlobDamaged(sha256, str(error)) from None
    if digest_of(content).hexdigest() != sha256:
        raise BlobDamaged(sha256, "its bytes have another SHA-256")
    if len(content) != size_bytes:
        raise BlobDamaged(sha256, f"it says that it has {size_bytes} bytes, and has {len(content)}")
    return content
