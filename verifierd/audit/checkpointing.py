"""The daemon's duty to sign checkpoints: every so often while there are new records, and at its end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifierd.audit import checkpoints
from verifierd.audit.checkpoints import Checkpoint
from verifierd.audit.wrong_input import CheckpointsUnusable, WrongInput
from verifierd.logs import get_logger

Head = Callable[[], tuple[int, bytes]]


class Checkpointer:
    """Signs what `head` says is the chain's newest record (its sequence, 0 for none, and its hash).

    What contradicts the last checkpoint is never signed: a chain that is shorter than it was, or another
    one. `trouble` says in a sentence why no checkpoints are written; None while all is well.
    """

    def __init__(
        self,
        head: Head,
        key: Ed25519PrivateKey,
        file: Path,
        every_s: float,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Take what is needed; nothing is read or written before `start`."""
        self.trouble: str | None = None
        self._head = head
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
        sequence, record_hash = self._head()
        last = self._last
        if last is not None and sequence <= last.sequence:
            if sequence == last.sequence and record_hash == last.hash:
                return None
            what = "another one" if sequence == last.sequence else f"record {sequence}"
            raise CheckpointsUnusable(
                f"{self._file}: record {last.sequence} was the newest at the last checkpoint, and now "
                f"{what} is; run `verifierd audit verify`. For a new store begin a new file"
            )
        if sequence == 0:
            return None
        self._last = checkpoints.sign(self._key, sequence, record_hash, self._clock_ns())
        try:
            checkpoints.append(self._file, self._last)
        except CheckpointsUnusable:
            self._last = last
            raise
        return self._last

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
