"""Signed checkpoints: what the chain's newest record was at a time, in a file outside the store.

The chain alone finds what was changed in it; that somebody wrote all of it anew is found by these. A line is
`{"sequence": 8, "hash": "6b…", "recorded_at_ns": 1767225600000000000, "key_id": "0d…", "signature": "9f…"}`,
signed (Ed25519) over a fixed prefix, the sequence, the hash and the time.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from verifierd.audit.keys import key_id
from verifierd.audit.wrong_input import CheckpointsUnusable

MAX_LINE_BYTES = 1024
_PREFIX = b"verifierd audit checkpoint 1\0"
_MAX_NUMBER = 2**63 - 1
_FIELDS = ("sequence", "hash", "recorded_at_ns", "key_id", "signature")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """That `hash` was the hash of the newest record, number `sequence`, at a time in epoch nanoseconds."""

    sequence: int
    hash: bytes
    recorded_at_ns: int
    key_id: str
    signature: bytes

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Say whether the signature is this key's, and of just this."""
        try:
            key.verify(self.signature, _message(self.sequence, self.hash, self.recorded_at_ns))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line of the file that is no checkpoint, and why."""

    why: str


def sign(key: Ed25519PrivateKey, sequence: int, record_hash: bytes, recorded_at_ns: int) -> Checkpoint:
    """Return the checkpoint that says so."""
    signature = key.sign(_message(sequence, record_hash, recorded_at_ns))
    return Checkpoint(sequence, record_hash, recorded_at_ns, key_id(key.public_key()), signature)


def append(file: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint behind all others; when this returns, it is on the disk.

    Raises:
        CheckpointsUnusable: the file cannot be written. It holds then what it held before.
    """
    try:
        is_new = not file.exists()
        descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _write_whole(descriptor, _as_line(checkpoint))
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(file.parent)
    except OSError as error:
        raise CheckpointsUnusable(f"{file}: no checkpoint can be written: {error.strerror}") from None


def size_of(file: Path) -> int:
    """Return how many bytes the file has now, for `read` to go so far.

    Raises:
        CheckpointsUnusable: the file is missing or cannot be read.
    """
    try:
        return file.stat().st_size
    except OSError as error:
        raise CheckpointsUnusable(f"{file}: checkpoints cannot be read: {error.strerror}") from None


def read(file: Path, size_bytes: int = sys.maxsize) -> Iterator[tuple[int, Checkpoint | Damaged]]:
    """Yield each line that begins in so many bytes of the file, with its number, from 1.

    A damaged line takes no other with it.

    Raises:
        CheckpointsUnusable: the file is missing or cannot be read.
    """
    try:
        with file.open("rb") as stream:
            number = 0
            while stream.tell() < size_bytes and (line := stream.readline(MAX_LINE_BYTES + 1)):
                number += 1
                if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
                    while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                        pass
                    yield number, Damaged(f"it is longer than {MAX_LINE_BYTES} bytes")
                elif line.strip():
                    yield number, _of_line(line)
    except OSError as error:
        raise CheckpointsUnusable(f"{file}: checkpoints cannot be read: {error.strerror}") from None


def last_of(file: Path) -> Checkpoint | None:
    """Return the newest whole checkpoint of the file; None where there is none, or no file.

    Raises:
        CheckpointsUnusable: the file cannot be read.
    """
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - 4 * MAX_LINE_BYTES))
            lines = stream.read(4 * MAX_LINE_BYTES).splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CheckpointsUnusable(f"{file}: checkpoints cannot be read: {error.strerror}") from None
    found = (_of_line(line) for line in reversed(lines))
    return next((each for each in found if isinstance(each, Checkpoint)), None)


def _message(sequence: int, record_hash: bytes, recorded_at_ns: int) -> bytes:
    return _PREFIX + sequence.to_bytes(8, "big") + record_hash + recorded_at_ns.to_bytes(8, "big")


def _as_line(checkpoint: Checkpoint) -> bytes:
    fields = {
        "sequence": checkpoint.sequence,
        "hash": checkpoint.hash.hex(),
        "recorded_at_ns": checkpoint.recorded_at_ns,
        "key_id": checkpoint.key_id,
        "signature": checkpoint.signature.hex(),
    }
    return json.dumps(fields).encode() + b"\n"


def _of_line(line: bytes) -> Checkpoint | Damaged:
    try:
        fields: Any = json.loads(line)
    except (ValueError, RecursionError):
        return Damaged("it is no JSON")
    if not isinstance(fields, dict) or not set(_FIELDS) <= fields.keys():
        return Damaged(f"it is no object with {', '.join(_FIELDS)}")
    for name in ("sequence", "recorded_at_ns"):
        if type(fields[name]) is not int or not 0 < fields[name] <= _MAX_NUMBER:
            return Damaged(f"{name} is no number from 1 to {_MAX_NUMBER}")
    for name, digits in (("hash", 64), ("key_id", 16), ("signature", 128)):
        if not isinstance(fields[name], str) or not re.fullmatch(f"[0-9a-f]{{{digits}}}", fields[name]):
            return Damaged(f"{name} is no {digits} hexadecimal digits")
    return Checkpoint(
        fields["sequence"],
        bytes.fromhex(fields["hash"]),
        fields["recorded_at_ns"],
        fields["key_id"],
        bytes.fromhex(fields["signature"]),
    )


def _write_whole(descriptor: int, line: bytes) -> None:
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        line = b"\n" + line  # a crash cut the last line off: it stays, and takes this one not with it
    try:
        written = os.write(descriptor, line)
        if written < len(line):
            os.write(descriptor, line[written:])  # raises what kept it from being whole, as a full disk
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
