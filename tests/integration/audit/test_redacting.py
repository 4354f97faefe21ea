"""What is redacted is stored nowhere: not in records, rows, blobs or the words that are searched by."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa

from tests.support.entries import begun, execution, judged
from verifierd.audit import reading, search_index
from verifierd.audit.entries import CandidateJudged
from verifierd.audit.packing import unpack
from verifierd.audit.redaction import Redactor, Rule
from verifierd.audit.schema import BLOBS, RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying import verify_records
from verifierd.audit.writer import Writer

WORD = "hunter2"


def write_redacted(store: Store, entry: CandidateJudged) -> None:
    async def live() -> None:
        writer = Writer(store, alter=Redactor([Rule(f"{WORD}\\d*")]))
        writer.start()
        await writer.committed(begun(), entry)
        await writer.close()

    asyncio.run(live())


def test_a_stored_candidate_is_redacted_and_says_so(store: Store) -> None:
    told = f"password {WORD}1\n".encode()
    with_output = execution("t0", stdout=told, actual=([WORD],))
    write_redacted(store, judged(executions=(with_output, execution("t1", detail=WORD))))
    stored = reading.candidate_at(store, 2)
    assert stored is not None
    first, second = stored.result.executions
    assert (first.stdout, first.actual) == (b"password [redacted]\n", (["[redacted]"],))
    assert second.detail == "[redacted]"
    assert stored.redactions == 3
    assert with_output.stdout == told, "the caller gets it as it was"
    assert verify_records(store).holds


def test_a_redacted_word_is_in_no_record_no_row_no_blob_and_not_searched_by(store: Store) -> None:
    large = f"{WORD} ".encode() * 900 + bytes(range(256)) * 300
    write_redacted(store, judged(executions=(execution("t0", stdout=large, detail=WORD),)))
    with store.reading() as connection:
        bodies = [unpack(body, 1 << 20) for body in connection.scalars(sa.select(RECORDS.c.body))]
        blobs = [store.blobs.read(connection, name) for name in connection.scalars(sa.select(BLOBS.c.sha256))]
        found = {
            word: connection.scalars(search_index.matching(word, is_postgresql=store.is_postgresql)).all()
            for word in (WORD, "redacted")
        }
    assert len(blobs) == 3
    assert all(WORD.encode() not in content for content in (*bodies, *blobs))
    assert found == {WORD: [], "redacted": [2]}
