"""The hash of a record covers each of its parts, and where one part ends."""

from __future__ import annotations

from hashlib import sha256

import pytest

from verifierd.audit.chain import FIRST, record_hash

HASH = record_hash(FIRST, 1, "batch_begun", b"{}")


def test_a_hash_is_the_sha256_of_the_framed_parts() -> None:
    parts = (FIRST, (1).to_bytes(8, "big"), b"batch_begun", b"{}")
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    assert sha256(framed).digest() == HASH


@pytest.mark.parametrize(
    ("previous_hash", "sequence", "kind", "body"),
    [
        (HASH, 1, "batch_begun", b"{}"),
        (FIRST, 2, "batch_begun", b"{}"),
        (FIRST, 1, "batch_ended", b"{}"),
        (FIRST, 1, "batch_begun", b"{ }"),
        (FIRST, 1, "batch_begu", b"n{}"),
    ],
)
def test_whatever_differs_changes_the_hash(
    previous_hash: bytes, sequence: int, kind: str, body: bytes
) -> None:
    assert record_hash(previous_hash, sequence, kind, body) != HASH
