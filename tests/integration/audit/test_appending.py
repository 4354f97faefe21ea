"""What is appended stands in the chain and in the tables it is found by, once, whatever is told twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.entries import begun, ended, execution, judged
from verifierd.audit import reading
from verifierd.audit.appending import Appended, append, lock_head, prepare
from verifierd.audit.chain import FIRST, record_hash
from verifierd.audit.entries import (
    Asker,
    BatchAbandoned,
    BatchBegun,
    BatchStarted,
    CancelAsked,
    Entry,
    HoldChanged,
    RecordsRemoved,
)
from verifierd.audit.errors import (
    BlobMissing,
    EntryRefused,
    RequestIdTaken,
    StoreTrouble,
    TooManyUnjudged,
    UnknownBatch,
)
from verifierd.audit.packing import unpack
from verifierd.audit.schema import BATCHES, BLOBS, CANDIDATES, EXECUTIONS, RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying import verify_records
from verifierd.model import Verdict

DURABLE = begun(is_durable=True, request=b"the request's message", request_sha256="ab" * 32)


def write(store: Store, *entries: Entry, front_end: str = "") -> Appended:
    prepared = [prepare(entry) for entry in entries]
    with store.writing() as connection:
        return append(connection, store.blobs, prepared, front_end)


def rows(store: Store, table: sa.Table) -> Sequence[Any]:
    with store.reading() as connection:
        return connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()


def test_records_are_a_chain_from_the_first_one_on(store: Store) -> None:
    write(store, begun(), judged(0))
    write(store, judged(1), ended())
    previous = FIRST
    for sequence, row in enumerate(rows(store, RECORDS), start=1):
        body = unpack(row.body, 1 << 20)
        assert (row.sequence, row.previous_hash, row.batch_id) == (sequence, previous, "batch")
        assert row.hash == record_hash(previous, sequence, row.kind, body)
        previous = row.hash
    with store.writing() as connection:
        head = lock_head(connection)
    assert (head.sequence, head.hash) == (4, previous)


def test_a_record_s_columns_say_what_its_body_says(store: Store) -> None:
    entry = judged()
    write(store, begun(), entry)
    row = rows(store, RECORDS)[1]
    body = json.loads(unpack(row.body, 1 << 20))
    assert (row.kind, row.batch_id, row.recorded_at_ns) == ("candidate_judged", "batch", entry.occurred_at_ns)
    assert (body["batch_id"], body["occurred_at_ns"]) == (row.batch_id, row.recorded_at_ns)


def test_what_was_written_is_read_back_whole(store: Store) -> None:
    entries = [judged(0), judged(1, verdict=Verdict.WRONG_ANSWER, source="x = 'Δ'"), judged(2, tests=0)]
    write(store, begun(), *entries, ended(candidates=3))
    assert list(reading.candidates_of(store, "batch")) == entries
    assert list(reading.candidates_of(store, "batch", entries[1].event_sequence)) == entries[2:]
    assert reading.candidate_at(store, 2) == entries[0]
    assert reading.batch_begun(store, "batch", with_messages=True) == begun()
    assert reading.batch_begun(store, "batch") == replace(begun(), problem=b"")
    assert reading.batch_end(store, "batch") == ended(candidates=3)


def test_a_number_beyond_64_bits_is_whole_in_the_record_and_cut_in_the_tables(store: Store) -> None:
    beyond = 1 << 63
    batch = begun(deadline_at_ns=beyond)
    candidate = judged(0, executions=(execution(wall_time_ns=beyond, peak_memory_bytes=-beyond - 1),))
    write(store, batch, candidate)
    assert reading.batch_begun(store, "batch", with_messages=True) == batch
    assert reading.candidate_at(store, 2) == candidate
    assert rows(store, BATCHES)[0].deadline_at_ns == beyond - 1
    row = rows(store, EXECUTIONS)[0]
    assert (row.wall_time_ns, row.peak_memory_bytes) == (beyond - 1, 1 - beyond)
    assert verify_records(store).holds


def test_what_is_not_there_is_none(store: Store) -> None:
    write(store, begun())
    assert reading.candidate_at(store, 9) is None
    assert reading.candidate_at(store, 1) is None
    assert list(reading.candidates_of(store, "other")) == []
    assert reading.batch_begun(store, "other") is None
    assert reading.batch_end(store, "batch") is None


def test_outputs_are_left_out_where_they_are_not_wanted(store: Store) -> None:
    write(store, begun(), judged())
    found = reading.candidate_at(store, 2, with_outputs=False)
    assert found is not None
    assert found.candidate == judged().candidate
    assert [each.stdout for each in found.result.executions] == [b"", b""]


def test_many_candidates_are_read_in_order_some_at_a_time(store: Store) -> None:
    entries = [judged(position, tests=1) for position in range(2 * reading.CANDIDATES_AT_A_TIME + 1)]
    write(store, begun(), *entries)
    reader = reading.candidates_of(store, "batch")
    assert next(reader) == entries[0]
    assert store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert list(reader) == entries[1:]


def test_a_batch_s_row_follows_what_happens_to_it(store: Store) -> None:
    def state() -> Any:
        return rows(store, BATCHES)[0]

    write(store, DURABLE)
    assert (state().state, state().sequence, state().labels) == ("queued", 1, {"run": "7"})
    write(store, judged(0), judged(1, verdict=Verdict.WRONG_ANSWER))
    assert (state().state, state().candidates_finished, state().last_event_sequence) == ("running", 2, 3)
    assert state().verdict_counts == {"ACCEPTED": 1, "WRONG_ANSWER": 1}
    write(store, CancelAsked("batch", 9, Asker(), "enough"), CancelAsked("batch", 10, Asker(), "again"))
    write(store, HoldChanged("batch", 11, True, "ada", "case 7"))
    assert (state().cancel_reason, state().is_held) == ("enough", True)
    write(store, HoldChanged("batch", 12, False, "ada", ""), ended())
    event = ended().event
    assert (state().state, state().is_held, state().stop_reason) == ("finished", False, "completed")
    assert (state().started_at_ns, state().ended_at_ns) == (event.started_at_ns, event.ended_at_ns)
    assert (state().money_usd, state().cpu_time_ns) == (0.25, 5_000)


def test_a_queued_batch_runs_from_when_it_first_started(store: Store) -> None:
    write(store, DURABLE)
    assert [(row.state, row.started_at_ns) for row in rows(store, BATCHES)] == [("queued", None)]
    write(store, BatchStarted("batch", 9), BatchStarted("batch", 10))
    assert [(row.state, row.started_at_ns) for row in rows(store, BATCHES)] == [("running", 9)]


def test_an_abandoned_batch_is_at_its_end(store: Store) -> None:
    write(store, begun(), BatchAbandoned("batch", 77, "the daemon died in it"))
    row = rows(store, BATCHES)[0]
    assert (row.state, row.ended_at_ns) == ("abandoned", 77)
    assert reading.batch_abandoned(store, "batch") == BatchAbandoned("batch", 77, "the daemon died in it")
    assert reading.batch_end(store, "batch") is None


def test_batches_without_an_end_are_known(store: Store) -> None:
    write(store, DURABLE, *(begun(f"b{number}") for number in range(3)))
    write(store, CancelAsked("b2", 9, Asker(), "enough"), ended("b0"), BatchAbandoned("b1", 9, "gone"))
    assert reading.unfinished(store) == [
        reading.Unfinished("batch", True, "queued", None, ""),
        reading.Unfinished("b2", False, "running", "enough", ""),
    ]
    assert [each.batch_id for each in reading.unfinished(store, ["b0", "b2", "none"])] == ["b2"]


def test_who_took_a_batch_last_tells_of_it_and_nobody_else(store: Store) -> None:
    write(store, DURABLE, BatchStarted("batch", 9, "a"))
    assert write(store, judged(0), front_end="a").sequences == (3,)
    write(store, BatchStarted("batch", 10, "b"))
    abandoned = BatchAbandoned("batch", 11, "it was refused")
    assert write(store, judged(1), ended(), abandoned, front_end="a").sequences == (None, None, None)
    assert write(store, judged(0), judged(1), ended(), front_end="b").sequences == (None, 5, 6)
    assert write(store, BatchStarted("batch", 12, "a"), front_end="a").sequences == (None,)
    (row,) = rows(store, BATCHES)
    assert (row.state, row.front_end, row.started_at_ns) == ("finished", "b", ended().event.started_at_ns)
    assert verify_records(store).holds


def test_a_batch_of_a_call_ends_by_whoever_finds_its_daemon_gone(store: Store) -> None:
    write(store, begun(front_end="a"), judged(0), front_end="a")
    assert [each.front_end for each in reading.unfinished(store)] == ["a"]
    assert write(store, BatchAbandoned("batch", 11, "it died"), front_end="b").sequences == (3,)


def test_executions_are_numbered_by_their_candidate_s_record(store: Store) -> None:
    write(store, begun(), judged(0, tests=3))
    assert [row.id for row in rows(store, EXECUTIONS)] == [(2 << 20) + place for place in range(3)]
    assert {row.problem_id for row in rows(store, EXECUTIONS)} == {"HumanEval/0"}


def test_a_duplicate_has_no_executions_of_its_own(store: Store) -> None:
    write(store, begun(), judged(0), judged(1, duplicate_of="c0"))
    assert {row.candidate_id for row in rows(store, EXECUTIONS)} == {"c0"}
    assert [row.duplicate_of for row in rows(store, CANDIDATES)] == ["", "c0"]
    assert reading.candidate_at(store, 3) == judged(1, duplicate_of="c0")


def test_the_first_verdict_of_a_candidate_is_its_verdict(store: Store) -> None:
    second = judged(0, verdict=Verdict.WRONG_ANSWER)
    assert write(store, begun(), judged(0), second).sequences == (1, 2, None)
    assert write(store, second, judged(1)).sequences == (None, 3)
    assert [row.verdict for row in rows(store, CANDIDATES)] == ["ACCEPTED", "ACCEPTED"]
    assert rows(store, BATCHES)[0].verdict_counts == {"ACCEPTED": 2}


def test_a_batch_ends_once(store: Store) -> None:
    abandoned = BatchAbandoned("batch", 77, "too late")
    assert write(store, begun(), ended(), ended(), abandoned).sequences == (1, 2, None, None)
    assert write(store, abandoned).sequences == (None,)
    assert rows(store, BATCHES)[0].state == "finished"


@pytest.mark.parametrize("entry", [judged(0), ended(), HoldChanged("batch", 1, True, "ada", "")])
def test_what_happens_to_no_batch_is_refused(store: Store, entry: Entry) -> None:
    with pytest.raises(UnknownBatch, match="'batch'"):
        write(store, entry)
    assert rows(store, RECORDS) == []


def test_a_batch_begins_once(store: Store) -> None:
    write(store, begun())
    with pytest.raises(EntryRefused, match="'batch' has begun already"):
        write(store, begun())


def test_a_request_id_names_one_durable_batch_of_its_tenant(store: Store) -> None:
    write(store, DURABLE)
    with pytest.raises(RequestIdTaken) as caught:
        write(store, replace(DURABLE, batch_id="second"))
    assert (caught.value.batch_id, caught.value.request_sha256) == ("batch", "ab" * 32)
    other_tenant = replace(DURABLE, batch_id="third", asker=Asker(tenant="other"))
    not_durable = replace(DURABLE, batch_id="fourth", is_durable=False)
    assert write(store, other_tenant, not_durable).sequences == (2, 3)


def test_durable_batches_of_a_tenant_begin_up_to_their_bound_however_they_come(store: Store) -> None:
    def two(name: str, most: int = 5, tenant: str = "lab") -> BatchBegun:
        asker = Asker(tenant=tenant)
        return replace(DURABLE, batch_id=name, request_id=name, asker=asker, most_unjudged=most)

    write(store, two("first"), begun("a call's"))
    with pytest.raises(TooManyUnjudged, match="4 candidates of 5 are not judged yet"):
        write(store, two("second"), two("third"))
    write(store, two("second"), two("another's", tenant="other"))
    with pytest.raises(TooManyUnjudged):
        write(store, two("third"))
    write(store, judged(batch_id="first"))
    write(store, two("third"), two("unbounded", most=0))


def test_two_requests_of_one_id_in_one_transaction_are_refused(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        write(store, DURABLE, replace(DURABLE, batch_id="second"))
    assert rows(store, RECORDS) == []


def test_a_request_is_kept_until_its_batch_has_ended(store: Store) -> None:
    large = DURABLE.request + bytes(range(256)) * 300
    entry = replace(DURABLE, request=large)
    write(store, entry)
    assert reading.batch_begun(store, "batch", with_messages=True) == entry
    write(store, judged(0), ended())
    assert reading.batch_begun(store, "batch", with_messages=True) == replace(entry, request=b"")
    assert rows(store, BATCHES)[0].request_blob is None


def test_a_request_that_is_also_a_program_stays(store: Store) -> None:
    """Nobody gets a program out of the store by sending it as a request as well."""
    write(store, replace(DURABLE, request=judged().candidate.source.encode()), judged(0), ended())
    assert reading.candidate_at(store, 2) == judged(0)


def test_the_file_of_a_large_request_is_swept_once_nothing_names_it(store: Store) -> None:
    large = b"".join(f"{number} ".encode() for number in range(1 << 15))
    write(store, replace(DURABLE, request=large))
    assert len(list(store.blobs.files.names())) == 1
    appended = write(store, ended())
    assert len(appended.unnamed) == 1
    with store.writing() as connection:
        store.blobs.sweep(connection, appended.unnamed)
    assert list(store.blobs.files.names()) == []


def test_equal_programs_and_outputs_are_kept_once(store: Store) -> None:
    write(store, begun(), *(judged(position) for position in range(4)))
    assert len(rows(store, BLOBS)) == 3  # a problem, a program, outputs


def test_a_missing_program_harms_one_candidate(store: Store) -> None:
    write(store, begun(), judged(0, source="a = 1"), judged(1, source="b = 2"))
    with store.writing() as connection:
        blob = rows(store, CANDIDATES)[0].source_blob
        connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256 == blob))
    with pytest.raises(BlobMissing, match=blob):
        reading.candidate_at(store, 2)
    assert reading.candidate_at(store, 3) == judged(1, source="b = 2")


def test_texts_that_a_database_would_refuse_are_whole_in_the_record(store: Store) -> None:
    odd = "nul \0 and half a pair \ud83d " + "x" * 300
    entry = judged(executions=(execution(test_id="t\0", detail=odd, sandbox_id=odd),))
    entry = replace(entry, worker_id=odd)
    write(store, replace(begun(), asker=Asker(requested_by=odd), labels={"\0": odd}), entry)
    assert reading.candidate_at(store, 2) == entry
    assert rows(store, EXECUTIONS)[0].sandbox_id.startswith("nul \\x00 and half a pair \\ud83d xxx")


def test_removed_records_are_of_no_batch(store: Store) -> None:
    write(store, RecordsRemoved(5, 1, 9, bytes(32), bytes(32), "older than 30 days"))
    assert rows(store, RECORDS)[0].batch_id == ""


@pytest.mark.parametrize(
    "altered",
    [
        "UPDATE chain_head SET sequence = 1",
        "UPDATE chain_head SET sequence = 9",
        "DELETE FROM chain_head",
        "DELETE FROM records WHERE sequence = 2",
        "UPDATE records SET hash = previous_hash WHERE sequence = 2",
    ],
)
def test_nothing_is_appended_to_a_chain_whose_end_was_altered(store: Store, altered: str) -> None:
    """It is kept instead, and tried again: an entry is never given up for what somebody did to the store."""
    write(store, begun(), judged(0))
    with store.writing() as connection:
        connection.execute(sa.text(altered))
    with pytest.raises(StoreTrouble, match="it was altered"):
        write(store, judged(1))


def test_an_error_undoes_all_of_its_transaction(store: Store) -> None:
    with pytest.raises(UnknownBatch):
        write(store, begun(), judged(0), judged(0, "nobody's"))
    assert rows(store, RECORDS) == rows(store, BATCHES) == rows(store, BLOBS) == []
