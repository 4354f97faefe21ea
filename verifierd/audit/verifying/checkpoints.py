"""Compares the chain with signed checkpoints: that all of it was written anew is found here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verifierd.audit.checkpoints import Checkpoint, Damaged, read, size_of
from verifierd.audit.keys import key_id, read_public_key
from verifierd.audit.schema import CHAIN_HEAD, RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying.asked import Asked
from verifierd.audit.verifying.faults import Faults
from verifierd.audit.verifying.snapshots import snapshot
from verifierd.audit.wrong_input import CheckpointsUnusable

UNKNOWN_KEYS = 100
"""So many keys that are not known are told each by itself."""


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """How many checkpoints were compared with their records, and how many are of records that are gone.

    `agreed_sequence` is the newest record that one agreed with; 0: none.
    """

    compared: int = 0
    of_removed: int = 0
    agreed_sequence: int = 0


def compare_checkpoints(store: Store, asked: Asked, faults: Faults) -> Checkpoints:
    """Compare each checkpoint with the record that it is of.

    Raises:
        KeyUnusable, CheckpointsUnusable: a file that is asked for cannot be used.
        StoreUnavailable: the store cannot be read at the moment.
    """
    if asked.checkpoint_file is None:
        return Checkpoints()
    keys = {key_id(key): key for key in map(read_public_key, asked.public_key_files)}
    comparing = _Comparing(asked.checkpoint_file, keys, faults)
    # What is signed from now on may be of records that the snapshot does not have.
    size_bytes = size_of(asked.checkpoint_file)
    with snapshot(store) as connection:
        for line, checkpoint in read(asked.checkpoint_file, size_bytes):
            if isinstance(checkpoint, Damaged):
                comparing.damaged(line, checkpoint)
                continue
            comparing.has_any = True
            if _is_asked(asked, checkpoint.sequence) and comparing.is_signed(line, checkpoint):
                comparing.compare(connection, line, checkpoint)
    comparing.end()
    return Checkpoints(comparing.compared, comparing.of_removed, comparing.agreed)


class _Comparing:
    """Goes through checkpoints.

    Of those that contradict the chain, and of those of a key that is not known, the first is told, and how
    many more there are.
    """

    def __init__(self, file: Path, keys: Mapping[str, Ed25519PublicKey], faults: Faults) -> None:
        self.compared = 0
        self.of_removed = 0
        self.has_any = False  # a line that is a checkpoint
        self.agreed = 0  # the newest record that a checkpoint agreed with
        self._file = file
        self._keys = keys
        self._faults = faults
        self._first: tuple[int, str] | None = None
        self._more = 0
        self._of_unknown_keys: dict[str, _Unknown] = {}
        self._first_damaged = ""

    def place(self, line: int) -> str:
        """Return what a line is called."""
        return f"line {line} of {self._file}"

    def damaged(self, line: int, damaged: Damaged) -> None:
        """Tell of a line that is no checkpoint."""
        self._first_damaged = self._first_damaged or f"line {line}: {damaged.why}"
        self._faults.add(0, f"{self.place(line)} is no checkpoint: {damaged.why}")

    def is_signed(self, line: int, checkpoint: Checkpoint) -> bool:
        """Say whether a checkpoint is what was signed; where not, that is told."""
        key = self._keys.get(checkpoint.key_id)
        if key is None:
            self._count_unknown(line, checkpoint)
            return False
        if checkpoint.is_signed_by(key):
            return True
        why = "its signature is not of what it says: it was altered"
        self._faults.add(checkpoint.sequence, f"{self.place(line)}: {why}")
        return False

    def compare(self, connection: sa.Connection, line: int, checkpoint: Checkpoint) -> None:
        """Compare a checkpoint with its record. Where retention removed that, it tells nothing any more."""
        sequence = checkpoint.sequence
        found = connection.scalar(sa.select(RECORDS.c.hash).where(RECORDS.c.sequence == sequence))
        self.compared += 1
        if found == checkpoint.hash:
            self.agreed = max(self.agreed, sequence)
            return
        when = datetime.fromtimestamp(checkpoint.recorded_at_ns // 10**9, UTC).isoformat()
        signed = f"{self.place(line)}, signed at {when},"
        if found is not None:
            self._contradict(
                sequence,
                f"record {sequence} is not the one that {signed} is of: the chain was written anew from a "
                f"record after {self.agreed}",
            )
        else:
            head = sa.select(CHAIN_HEAD.c.sequence).where(CHAIN_HEAD.c.id == 1)
            newest = connection.scalar(head)
            if not isinstance(newest, int):  # it is gone, or was altered
                newest = connection.scalar(sa.select(sa.func.max(RECORDS.c.sequence))) or 0
            if newest < sequence:
                why = f"records {newest + 1} to {sequence} are missing: {signed} is of record {sequence}"
                self._contradict(newest + 1, why)
            else:
                self.compared -= 1
                self.of_removed += 1

    def end(self) -> None:
        """Tell what is told once: the first contradiction, and each key that is not known.

        Raises:
            CheckpointsUnusable: the file has lines, and none of them is a checkpoint.
        """
        if self._first_damaged and not self.has_any:
            raise CheckpointsUnusable(f"{self._file}: no line of it is a checkpoint: {self._first_damaged}")
        for key, unknown in self._of_unknown_keys.items():
            more = f", and so are {unknown.lines - 1} more" if unknown.lines > 1 else ""
            known = f"known are {', '.join(self._keys)}: give its public key too"
            why = f"{self.place(unknown.first_line)}: it is signed with key {key}{more}; {known}"
            self._faults.add(unknown.first_sequence, why)
        if self._first is not None:
            sequence, why = self._first
            more = f"; {self._more} more checkpoints contradict the chain" if self._more else ""
            self._faults.add(sequence, why + more)

    def _count_unknown(self, line: int, checkpoint: Checkpoint) -> None:
        key = checkpoint.key_id
        if key not in self._of_unknown_keys and len(self._of_unknown_keys) >= UNKNOWN_KEYS:
            key = "that is not known either"  # a file may be made to have one in each line
        unknown = self._of_unknown_keys.setdefault(key, _Unknown(line, checkpoint.sequence))
        unknown.lines += 1

    def _contradict(self, sequence: int, why: str) -> None:
        if self._first is None:
            self._first = sequence, why
        else:
            self._more += 1


@dataclass(slots=True)
class _Unknown:
    """What is signed with a key that is not known."""

    first_line: int
    first_sequence: int
    lines: int = 0


def _is_asked(asked: Asked, sequence: int) -> bool:
    return sequence >= asked.first_sequence and (
        asked.last_sequence is None or sequence <= asked.last_sequence
    )
