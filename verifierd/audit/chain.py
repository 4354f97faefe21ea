"""The chain of records: each one's hash covers its own contents and the hash of the one before."""

from __future__ import annotations

from hashlib import sha256

FIRST = bytes(32)
"""What stands for the predecessor's hash in the first record."""


def record_hash(previous_hash: bytes, sequence: int, kind: str, body: bytes) -> bytes:
    """Return the SHA-256 of a record: 32 bytes over predecessor, sequence number, kind and JSON body.

    Each part is preceded by its length in eight bytes, so that no two records are the same bytes.
    """
    hashed = sha256()
    for part in (previous_hash, sequence.to_bytes(8, "big"), kind.encode(), body):
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return hashed.digest()
