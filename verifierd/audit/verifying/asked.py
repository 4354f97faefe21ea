"""What is asked of a verification, and what it reports."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from verifierd.audit.verifying.faults import Fault

Watch = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Told of each part of the work: what is done, and in how many steps; what it gives is called after each."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a store is verified, and what with.

    Attributes:
        first_sequence: the first record that is looked at.
        last_sequence: the last one; None: the newest.
        blobs: whether each blob is read. Without, only that it is there is looked at, and nothing of the
            words that are searched by.
        checkpoint_file: signed checkpoints to compare with; None: none.
        public_key_files: the keys that they may be signed with: more than one where keys changed.
    """

    first_sequence: int = 1
    last_sequence: int | None = None
    blobs: bool = True
    checkpoint_file: Path | None = None
    public_key_files: tuple[Path, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Say whether all of the store is asked for."""
        return self.first_sequence <= 1 and self.last_sequence is None

    @property
    def reads_blobs(self) -> bool:
        """Say whether blobs are read, and words compared, which are made from them."""
        return self.blobs and self.is_whole


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found: that the store holds, where there is no fault.

    Attributes:
        records_checked: how many records there were to look at.
        records_removed: how many are gone that retention removed, and recorded that it did.
        batches_checked: batches whose rows were compared with their records.
        executions_checked: likewise.
        blobs_checked: blobs that were read.
        checkpoints_checked: signed checkpoints that were compared with their record.
        checkpoints_of_removed: those whose record retention removed, which so tell nothing any more.
        checkpointed_sequence: the newest record that a checkpoint agreed with, 0 where none did: that those
            behind it were not written anew is not proven.
        newest: number and hash of the newest record when the verification began.
        faults: the first 1000 that were found, in the order of the records.
        faults_left_out: how many more there were.
    """

    records_checked: int
    records_removed: int
    batches_checked: int
    executions_checked: int
    blobs_checked: int
    checkpoints_checked: int
    checkpoints_of_removed: int
    checkpointed_sequence: int
    newest: tuple[int, bytes]
    faults: tuple[Fault, ...]
    faults_left_out: int

    @property
    def holds(self) -> bool:
        """Say whether everything is as it was written."""
        return not self.faults


def unwatched(what: str, steps: int) -> AbstractContextManager[Callable[[], None]]:
    """Watch nothing."""
    return nullcontext(lambda: None)
