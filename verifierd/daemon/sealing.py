"""The chain of records, sealed: signed checkpoints while the daemon runs, where the settings want them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from verifierd.audit.checkpointing import Checkpointer, StoredChain
from verifierd.audit.keys import public_file, read_private_key
from verifierd.audit.store import Store
from verifierd.audit.verifying import Asked
from verifierd.config.settings import Settings


@asynccontextmanager
async def sealed(settings: Settings, store: Store) -> AsyncIterator[None]:
    """Sign what is new in the store every so often during the block, and once after it.

    Raises:
        WrongInput: the key or the file of checkpoints cannot be used.
    """
    section = settings.audit
    if section.checkpoint_file is None or section.checkpoint_key_file is None:
        yield
        return
    key = await asyncio.to_thread(read_private_key, section.checkpoint_key_file)
    checkpointer = Checkpointer(StoredChain(store), key, section.checkpoint_file, section.checkpoint_seconds)
    await checkpointer.start()
    try:
        yield
    finally:
        await checkpointer.close()


def seals_of(settings: Settings) -> Asked:
    """Return what a verification compares the records with: the checkpoints, where there are any."""
    file, key = settings.audit.checkpoint_file, settings.audit.checkpoint_key_file
    if file is None or key is None or not public_file(key).is_file():
        return Asked()
    return Asked(checkpoint_file=file, public_key_files=(public_file(key),))
