"""Checkpoints are signed lines outside the store, written while there are new records; none is lost."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifierd.audit.checkpointing import Checkpointer
from verifierd.audit.checkpoints import Checkpoint, Damaged, append, last_of, read, sign
from verifierd.audit.wrong_input import CheckpointsUnusable

KEY = Ed25519PrivateKey.generate()
HASHES = [bytes([number]) * 32 for number in range(10)]


def checkpoint(sequence: int) -> Checkpoint:
    return sign(KEY, sequence, HASHES[sequence], 1_000 + sequence)


def test_lines_are_read_as_they_were_signed(tmp_path: Path) -> None:
    file = tmp_path / "checkpoints"
    for sequence in (1, 4):
        append(file, checkpoint(sequence))
    assert list(read(file)) == [(1, checkpoint(1)), (2, checkpoint(4))]
    assert last_of(file) == checkpoint(4)
    first = json.loads(file.read_text().splitlines()[0])
    assert list(first) == ["sequence", "hash", "recorded_at_ns", "key_id", "signature"]


def test_a_signature_is_of_every_part_and_of_one_key() -> None:
    signed = checkpoint(3)
    public = KEY.public_key()
    assert signed.is_signed_by(public)
    for changed in (
        replace(signed, sequence=4),
        replace(signed, hash=HASHES[4]),
        replace(signed, recorded_at_ns=5),
        replace(signed, signature=bytes(64)),
    ):
        assert not changed.is_signed_by(public)
    assert not signed.is_signed_by(Ed25519PrivateKey.generate().public_key())


def test_a_damaged_line_is_named_and_takes_no_other_with_it(tmp_path: Path) -> None:
    file = tmp_path / "checkpoints"
    append(file, checkpoint(1))
    good = json.loads(file.read_text())
    damaged = {
        "no JSON": b"{",
        "is no object": b"[]",
        "with sequence": b'{"sequence": 1}',
        "longer than 1024 bytes": b"x" * 5000,
        "sequence is no number": json.dumps(good | {"sequence": "1"}).encode(),
        "sequence is no number from 1": json.dumps(good | {"sequence": True}).encode(),
        "recorded_at_ns is no number from 1": json.dumps(good | {"recorded_at_ns": 2**63}).encode(),
        "hash is no 64": json.dumps(good | {"hash": "00"}).encode(),
        "signature is no 128": json.dumps(good | {"signature": "0g" * 64}).encode(),
        "it is no JSON": b"\xff" * 10,
        "is no JSON": b"[" * 1000,
    }
    with file.open("ab") as stream:
        stream.write(b"".join(line + b"\n" for line in damaged.values()))
    append(file, checkpoint(2))
    first, *faults, last = read(file)
    assert (first, last) == ((1, checkpoint(1)), (len(damaged) + 2, checkpoint(2)))
    for place, ((number, fault), said) in enumerate(zip(faults, damaged, strict=True), start=2):
        assert isinstance(fault, Damaged)
        assert number == place
        assert said in fault.why


def test_a_line_that_a_crash_cut_off_takes_not_the_next_with_it(tmp_path: Path) -> None:
    file = tmp_path / "checkpoints"
    append(file, checkpoint(1))
    append(file, checkpoint(2))
    file.write_bytes(file.read_bytes()[:-20])
    assert last_of(file) == checkpoint(1)
    append(file, checkpoint(3))
    first, cut, third = read(file)
    assert (first, third) == ((1, checkpoint(1)), (3, checkpoint(3)))
    assert isinstance(cut[1], Damaged)


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointsUnusable, match="none: checkpoints cannot be read: No such file"):
        list(read(tmp_path / "none"))
    with pytest.raises(CheckpointsUnusable, match="Is a directory"):
        last_of(tmp_path)
    with pytest.raises(CheckpointsUnusable, match="no checkpoint can be written"):
        append(tmp_path / "no" / "file", checkpoint(1))
    assert last_of(tmp_path / "none") is None


class Chain:
    """A chain's head, as far as a checkpointer sees it."""

    def __init__(self) -> None:
        self.sequence = 0
        self.hash = HASHES[0]
        self.earlier: dict[int, bytes] = {}
        self.broken: Exception | None = None
        self.asked = threading.Semaphore(0)

    def grow(self, sequence: int) -> None:
        self.earlier[self.sequence] = self.hash
        self.sequence, self.hash = sequence, HASHES[sequence]

    def hash_of(self, sequence: int) -> bytes | None:
        return self.hash if sequence == self.sequence else self.earlier.get(sequence)

    def newest(self) -> tuple[int, bytes]:
        self.asked.release()
        if self.broken is not None:
            raise self.broken
        return self.sequence, self.hash


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def checkpointer(chain: Chain, tmp_path: Path) -> Callable[[float], Checkpointer]:
    return lambda every_s: Checkpointer(chain, KEY, tmp_path / "checkpoints", every_s, lambda: 7)


def test_only_what_is_new_is_signed(
    chain: Chain, checkpointer: Callable[[float], Checkpointer], tmp_path: Path
) -> None:
    one = checkpointer(60)
    assert one.sign_what_is_new() is None
    assert not (tmp_path / "checkpoints").exists()
    for sequence in (2, 5):
        chain.grow(sequence)
        signed = one.sign_what_is_new()
        assert signed is not None
        assert (signed.sequence, signed.hash) == (sequence, HASHES[sequence])
        assert one.sign_what_is_new() is None
    signed_ones = [(line, sign(KEY, sequence, HASHES[sequence], 7)) for line, sequence in ((1, 2), (2, 5))]
    assert list(read(tmp_path / "checkpoints")) == signed_ones


def test_records_are_signed_as_they_come_and_at_the_end(
    chain: Chain, checkpointer: Callable[[float], Checkpointer], tmp_path: Path
) -> None:
    file = tmp_path / "checkpoints"

    async def live() -> None:
        frequent = checkpointer(0.01)
        await frequent.start()
        chain.grow(3)
        for _ in range(3):  # one may be under way, the next signs it, and the third begins after that
            assert await asyncio.to_thread(chain.asked.acquire, timeout=10)
        assert file.exists()
        await frequent.close()
        assert last_of(file) == sign(KEY, 3, HASHES[3], 7)
        rare = checkpointer(3600)
        await rare.start()
        chain.grow(4)
        await rare.close()
        assert last_of(file) == sign(KEY, 4, HASHES[4], 7)
        again = checkpointer(3600)
        await again.start()
        await again.close()
        assert again.trouble is None

    asyncio.run(live())
    assert len(list(read(file))) == 2


@pytest.mark.parametrize(
    ("sequence", "record_hash"),
    [(3, HASHES[3]), (5, HASHES[6]), (7, HASHES[7])],
    ids=["shorter", "another", "written anew and longer"],
)
def test_what_contradicts_the_last_checkpoint_is_never_signed(
    chain: Chain,
    checkpointer: Callable[[float], Checkpointer],
    tmp_path: Path,
    sequence: int,
    record_hash: bytes,
) -> None:
    file = tmp_path / "checkpoints"
    append(file, checkpoint(5))
    chain.sequence, chain.hash = sequence, record_hash
    chain.earlier[5] = HASHES[6]

    async def live() -> str | None:
        one = checkpointer(3600)
        await one.start()
        await one.close()
        return one.trouble

    trouble = asyncio.run(live())
    assert trouble is not None
    assert "record 5 was the newest" in trouble
    assert "verifierd audit verify" in trouble
    assert list(read(file)) == [(1, checkpoint(5))]


def test_trouble_is_told_and_ends_with_its_cause(
    chain: Chain, checkpointer: Callable[[float], Checkpointer], tmp_path: Path
) -> None:
    one = checkpointer(60)
    chain.grow(1)
    chain.broken = OSError("the database is gone")
    assert one.sign_what_is_new() is None
    assert "the database is gone" in str(one.trouble)
    chain.broken = None
    (tmp_path / "checkpoints").mkdir()
    assert one.sign_what_is_new() is None
    assert "no checkpoint can be written" in str(one.trouble)
    (tmp_path / "checkpoints").rmdir()
    assert one.sign_what_is_new() is not None
    assert one.trouble is None
