"""A process that writes to a store until it is killed, and says each candidate once it is committed."""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
from collections.abc import Sequence

from tests.support.entries import begun, judged
from verifierd.audit.entries import Committed
from verifierd.audit.store import StoreSettings, open_store
from verifierd.audit.writer import Writer, WriterSettings


async def write_for_ever(settings: StoreSettings, batch_id: str) -> None:
    """Write a batch of candidates without end. Every fifth one's program is so large that it is a file."""
    writer = Writer(open_store(settings), WriterSettings(max_entries=20, linger_s=0.0))
    writer.on_commit(_tell)
    writer.start()
    await writer.put(begun(batch_id))
    for position in itertools.count():
        source = random.randbytes(20_000 if position % 5 == 0 else 20).hex()
        await writer.put(judged(position, batch_id, source=source))


def _tell(committed: Sequence[Committed]) -> None:
    sys.stdout.write(" ".join(str(each.sequence) for each in committed) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write_for_ever(StoreSettings(sys.argv[1], sys.argv[2]), sys.argv[3]))
