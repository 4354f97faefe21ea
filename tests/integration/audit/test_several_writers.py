"""Several processes write one chain at once: every record is there, in its process' order, and all verify."""

from __future__ import annotations

import subprocess
import sys

import sqlalchemy as sa

from tests.support.stores import REPOSITORY, sequences_of_whole_chain
from verifierd.audit.schema import CANDIDATES
from verifierd.audit.store import Store, StoreSettings
from verifierd.audit.verifying import verify_records

WRITERS, RECORDS = 4, 500
WRITING = """
import asyncio, sys
from tests.support.entries import begun, judged
from verifierd.audit.store import StoreSettings, open_store
from verifierd.audit.writer import Writer, WriterSettings

async def write(database, blobs, name, records):
    store = open_store(StoreSettings(database, blobs))
    writer = Writer(store, WriterSettings(entries_at_once=20, linger_s=0.0), front_end=name)
    writer.start()
    print("ready", flush=True)
    sys.stdin.read()
    await writer.put(begun(name, front_end=name))
    for position in range(records - 1):
        await writer.put(judged(position, name, tests=1))
    await writer.close()
    store.close()

asyncio.run(write(*sys.argv[1:4], int(sys.argv[4])))
"""


def test_processes_that_write_at_once_write_one_whole_chain(
    store: Store, store_settings: StoreSettings
) -> None:
    blobs = store_settings.blobs or f"{store_settings.database}.blobs"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITING, store_settings.database, blobs, f"w{number}", str(RECORDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.close()  # which lets it begin
    for writer in writers:
        writer.wait(120)
        writer.stdout.close()  # type: ignore[union-attr]
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    assert len(sequences_of_whole_chain(store)) == WRITERS * RECORDS
    of = CANDIDATES.c
    with store.reading() as connection:
        in_order = sa.select(of.batch_id, of.position).order_by(of.sequence)
        written = [tuple(row) for row in connection.execute(in_order)]
    for number in range(WRITERS):
        positions = [position for name, position in written if name == f"w{number}"]
        assert positions == list(range(RECORDS - 1))
    assert [name for name, _ in written] != sorted(name for name, _ in written), "they wrote one by one"
    assert verify_records(store).holds
