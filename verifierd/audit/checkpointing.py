"""The daemon's duty to sign checkpoints: every so often while there are new records, and at its end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifierd.audit import checkpoints
from verifierd.audit.checkpoints import Checkpoint
from verifierd.audit.schema import CHAIN_HEAD, RECORDS
from verifierd.audit.store import Store
from verifierd.audit.wrong_input import CheckpointsUnusable, WrongInput
from verifierd.logs import get_logger


class Chain(Protocol):
    """What a checkpointer must know of a chain. Its methods may block, and raise what they like."""

    def newest(self) -> tuple[int, bytes]:
        """Return number and hash of the newest record; the number is 0 where there is none."""

    def hash_of(self, sequence: int) -> bytes | None:
        """Return the hash of a record; None where it is not there."""


class StoredChain:
    """The chain of a store, as its tables say that it is."""

    def __init__(self, store: Store) -> None:
        """Take an open store."""
        self._store = store

    def newest(self) -> tuple[int, bytes]:
        """Return number and hash of the newest record. Raises StoreUnavailable."""
        head = sa.select(CHAIN_HEAD.c.sequence, CHAIN_HEAD.c.hash).where(CHAIN_HEAD.c.id == 1)
        with self._store.reading() as connection:
            row = connection.execute(head).one()
            return row.sequence, row.hash

    def hash_of(self, sequence: int) -> bytes | None:
        """Return the hash of a record, None where retention removed it. Raises StoreUnavailable."""
        with self._store.reading() as connection:
            return connection.scalar(sa.select(RECORDS.c.hash).where(RECORDS.c.sequence == sequence))


class Checkpointer:
    """Signs what the chain's newest record is.

    What contradicts the last checkpoint is never signed: a chain that is shorter than it was, or another
    one. `trouble` says in a sentence why no checkpoints are written; None while all is well.
    """

    def __init__(
        self,
        chain: Chain,
        key: Ed25519PrivateKey,
        file: Path,
        every_s: float,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Take what is needed; nothing is read or written before `start`."""
        self.trouble: str | None = None
        self._chain = chain
        self._key = key
        self._file = file
        self._every_s = every_s
        self._clock_ns = clock_ns
        self._last: Checkpoint | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._log = get_logger(__name__)

    async def start(self) -> None:
        """Go on after the file's last checkpoint.

        Raises:
            CheckpointsUnusable: the file cannot be read.
        """
        self._last = await asyncio.to_thread(checkpoints.last_of, self._file)
        self._task = asyncio.create_task(self._keep_on(), name="checkpoints")

    async def close(self) -> None:
        """Stop, and sign what is new: call it once the writer is closed. Never raises; `trouble` tells."""
        if self._task is None:
            return
        self._closing.set()
        await self._task
        self._task = None

    def sign_what_is_new(self) -> Checkpoint | None:
        """Write a checkpoint if there are records behind the last one; None if not, or in trouble."""
        try:
            written = self._signed()
        except Exception as error:  # the store or the file; the daemon goes on, and tries again
            self._say(str(error) if isinstance(error, WrongInput) else f"{type(error).__name__}: {error}")
            return None
        self._say(None)
        return written

    def _signed(self) -> Checkpoint | None:
        sequence, record_hash = self._chain.newest()
        last = self._last
        if last is not None:
            self._refuse_another(last, sequence)
        if sequence == (0 if last is None else last.sequence):
            return None
        self._last = checkpoints.sign(self._key, sequence, record_hash, self._clock_ns())
        try:
            checkpoints.append(self._file, self._last)
        except CheckpointsUnusable:
            self._last = last
            raise
        return self._last

    def _refuse_another(self, last: Checkpoint, newest: int) -> None:
        """Raise CheckpointsUnusable where the chain is not the one of the last checkpoint."""
        if newest < last.sequence:
            what = f"now record {newest} is the newest"
        elif self._chain.hash_of(last.sequence) not in (None, last.hash):
            what = "now it is another one"
        else:
            return
        raise CheckpointsUnusable(
            f"{self._file}: record {last.sequence} was the newest at the last checkpoint, and {what}; run "
            "`verifierd audit verify`. For a new store begin a new file"
        )

    def _say(self, trouble: str | None) -> None:
        if trouble != self.trouble:
            if trouble is None:
                self._log.info("checkpoints_resumed", file=str(self._file))
            else:
                self._log.error("checkpoint_failed", file=str(self._file), reason=trouble)
        self.trouble = trouble

    async def _keep_on(self) -> None:
        is_last = False
        while not is_last:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._every_s)
            is_last = self._closing.is_set()
            await asyncio.to_thread(self.sign_what_is_new)
