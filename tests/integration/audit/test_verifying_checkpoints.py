"""A chain that somebody wrote anew, or cut, is found by the checkpoints that were signed before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.entries import begun
from tests.support.filled import ENTRIES, fill, write
from verifierd.audit import checkpoints
from verifierd.audit.chain import FIRST, record_hash
from verifierd.audit.checkpointing import StoredChain
from verifierd.audit.keys import make_keys, public_file, read_private_key
from verifierd.audit.packing import pack, unpack
from verifierd.audit.schema import BATCHES, CANDIDATES, CHAIN_HEAD, EXECUTIONS, RECORDS
from verifierd.audit.search_index import forget
from verifierd.audit.store import Store
from verifierd.audit.verifying import Asked, Fault, verify_records
from verifierd.audit.verifying import checkpoints as verifying
from verifierd.audit.wrong_input import CheckpointsUnusable, KeyUnusable

NEWEST = len(ENTRIES)


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def only_fault(store: Store, asked: Asked | None = None) -> Fault:
    (fault,) = verify_records(store, asked or Asked()).faults
    return fault


@pytest.fixture
def signed(filled: Store, tmp_path: Path) -> Asked:
    """Checkpoints of records 4, 8 and the newest."""
    make_keys(tmp_path / "key")
    key = read_private_key(tmp_path / "key")
    with filled.reading() as connection:
        rows = connection.execute(sa.select(RECORDS.c.sequence, RECORDS.c.hash))
        hashes = {row.sequence: row.hash for row in rows}
    for sequence in (4, 8, NEWEST):
        checkpoint = checkpoints.sign(key, sequence, hashes[sequence], 1_800_000_000_000_000_000 + sequence)
        checkpoints.append(tmp_path / "checkpoints", checkpoint)
    return Asked(checkpoint_file=tmp_path / "checkpoints", public_key_files=(public_file(tmp_path / "key"),))


def rewrite(store: Store, from_sequence: int) -> None:
    """Write all records anew from one on, as somebody could who knows how hashes are made."""
    with store.writing() as connection:
        chosen = sa.select(RECORDS).where(RECORDS.c.sequence >= from_sequence).order_by(RECORDS.c.sequence)
        previous = connection.scalar(sa.select(RECORDS.c.hash).where(RECORDS.c.sequence == from_sequence - 1))
        previous = previous or FIRST
        for row in connection.execute(chosen).all():
            body = json.loads(unpack(row.body, 1 << 20))
            body["forged"] = True
            packed, plain = _repacked(body)
            new_hash = record_hash(previous, row.sequence, row.kind, plain)
            connection.execute(
                sa.update(RECORDS)
                .where(RECORDS.c.sequence == row.sequence)
                .values(body=packed, previous_hash=previous, hash=new_hash)
            )
            previous = new_hash
        connection.execute(sa.update(CHAIN_HEAD).values(hash=previous))


def _repacked(body: object) -> tuple[bytes, bytes]:
    plain = json.dumps(body).encode()
    return pack(plain), plain


def test_checkpoints_of_a_chain_that_holds_are_counted(filled: Store, signed: Asked) -> None:
    report = verify_records(filled, signed)
    assert report.faults == ()
    assert report.checkpoints_checked == 3


def test_a_checkpoint_that_is_signed_meanwhile_blames_nobody(
    filled: Store, signed: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A daemon goes on writing and signing; what a verification looks at does not have those records."""
    key = read_private_key(tmp_path / "key")
    compare = verifying._Comparing.compare

    def compare_and_go_on(self: verifying._Comparing, *arguments: Any) -> None:
        compare(self, *arguments)
        if self.compared == 1:
            write(filled, begun("meanwhile"))
            newest, new_hash = StoredChain(filled).newest()
            checkpoints.append(tmp_path / "checkpoints", checkpoints.sign(key, newest, new_hash, 1))

    monkeypatch.setattr(verifying._Comparing, "compare", compare_and_go_on)
    report = verify_records(filled, signed)
    assert report.faults == ()
    assert report.checkpoints_checked == 3


@pytest.mark.parametrize(
    ("written_anew", "agreed", "contradicted"), [(1, 0, 4), (4, 0, 4), (6, 4, 8), (9, 8, NEWEST)]
)
def test_a_chain_that_was_written_anew_is_found_by_its_checkpoints_alone(
    filled: Store, signed: Asked, written_anew: int, agreed: int, contradicted: int
) -> None:
    rewrite(filled, written_anew)
    assert verify_records(filled).holds, "the chain alone does not show it"
    fault = only_fault(filled, signed)
    assert fault.sequence == contradicted
    assert f"the chain was written anew from a record after {agreed}" in fault.description


def test_a_chain_that_was_cut_is_found_by_its_checkpoints_alone(filled: Store, signed: Asked) -> None:
    with filled.writing() as connection:
        forget(connection, [10])
        for table in (RECORDS, CANDIDATES):
            connection.execute(sa.delete(table).where(table.c.sequence > 8))
        connection.execute(sa.delete(EXECUTIONS).where(EXECUTIONS.c.id >= 9 << 20))
        connection.execute(sa.delete(BATCHES).where(BATCHES.c.sequence > 8))
        newest = connection.scalar(sa.select(RECORDS.c.hash).where(RECORDS.c.sequence == 8))
        connection.execute(sa.update(CHAIN_HEAD).values(sequence=8, hash=newest))
        running = {"state": "running", "ended_at_ns": None, "started_at_ns": None, "stop_reason": None}
        connection.execute(
            sa.update(BATCHES)
            .where(BATCHES.c.id == "b")
            .values(**running, money_usd=None, cpu_time_ns=None, last_event_sequence=3)
        )
    found = verify_records(filled, signed).faults
    assert [fault.sequence for fault in found if "checkpoints" in fault.description] == [9]
    assert f"records 9 to {NEWEST} are missing" in found[-1].description


def test_altered_lines_of_checkpoints_are_named(filled: Store, signed: Asked, tmp_path: Path) -> None:
    file = signed.checkpoint_file
    assert file is not None
    lines = file.read_text().splitlines()
    other = json.loads(lines[1])
    other["recorded_at_ns"] += 1
    file.write_text("\n".join(["{", json.dumps(other), lines[2]]) + "\n")
    found = verify_records(filled, signed).faults
    assert [fault.sequence for fault in found] == [0, 8]
    assert "line 1 of" in found[0].description
    assert "is no checkpoint: it is no JSON" in found[0].description
    assert "line 2 of" in found[1].description
    assert "its signature is not of what it says" in found[1].description


def test_a_checkpoint_that_somebody_else_signed_is_named(
    filled: Store, signed: Asked, tmp_path: Path
) -> None:
    make_keys(tmp_path / "other")
    foreign = Asked(checkpoint_file=signed.checkpoint_file, public_key_files=(tmp_path / "other.pub",))
    fault = only_fault(filled, foreign)
    assert fault.sequence == 4
    assert "line 1 of" in fault.description
    assert "it is signed with key" in fault.description
    assert "and so are 2 more; known are" in fault.description
    both = Asked(
        checkpoint_file=signed.checkpoint_file,
        public_key_files=(*signed.public_key_files, tmp_path / "other.pub"),
    )
    assert verify_records(filled, both).holds


def test_files_of_checkpoints_and_keys_that_cannot_be_used_are_named(
    filled: Store, signed: Asked, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointsUnusable, match="none: checkpoints cannot be read"):
        verify_records(
            filled, Asked(checkpoint_file=tmp_path / "none", public_key_files=signed.public_key_files)
        )
    (tmp_path / "notes").write_text("one line\n" * 30)
    with pytest.raises(CheckpointsUnusable, match="no line of it is a checkpoint: line 1: it is no JSON"):
        verify_records(
            filled, Asked(checkpoint_file=tmp_path / "notes", public_key_files=signed.public_key_files)
        )
    with pytest.raises(KeyUnusable, match="no public key as PEM"):
        verify_records(
            filled,
            Asked(checkpoint_file=signed.checkpoint_file, public_key_files=(tmp_path / "checkpoints",)),
        )


def test_a_record_s_hash_that_is_no_text_contradicts_its_checkpoint(filled: Store, signed: Asked) -> None:
    if filled.is_postgresql:
        pytest.skip("PostgreSQL keeps no value of a wrong type")
    with filled.writing() as connection:
        connection.execute(sa.text("UPDATE records SET hash = CAST(x'ff' AS TEXT) WHERE sequence = 4"))
    told = [fault.sequence for fault in verify_records(filled, signed).faults]
    assert told == [4, 4]
