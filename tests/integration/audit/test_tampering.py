"""Whatever is altered in a store by raw SQL is found, and named with the record that it concerns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.filled import ENTRIES, fill
from verifierd.audit.appending import Prepared, prepare
from verifierd.audit.chain import record_hash
from verifierd.audit.checkpointing import StoredChain
from verifierd.audit.finding_executions import newest_id
from verifierd.audit.packing import pack, unpack
from verifierd.audit.removals import removal_of
from verifierd.audit.removing import remove_batches
from verifierd.audit.schema import EXECUTIONS_OF_A_RECORD, METADATA
from verifierd.audit.store import Store
from verifierd.audit.verifying import Asked, Fault, verify_records

NEWEST = len(ENTRIES)


@pytest.fixture
def filled(store: Store) -> Store:
    """A store that holds, with `ENTRIES` in it."""
    fill(store)
    assert faults(store) == []
    return store


def faults(store: Store, asked: Asked | None = None) -> list[Fault]:
    return list(verify_records(store, asked or Asked()).faults)


class Tamperer:
    """Somebody with the database's password."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def sql(self, statement: str, **values: Any) -> None:
        changed = self._connection.execute(sa.text(statement), values)
        assert changed.rowcount > 0, "the alteration must be one"

    def record(self, sequence: int) -> Any:
        chosen = sa.text("SELECT * FROM records WHERE sequence = :sequence")
        return self._connection.execute(chosen, {"sequence": sequence}).one()

    def json(self, sequence: int) -> bytes:
        return unpack(bytes(self.record(sequence).body), 1 << 20)

    def put_body(self, sequence: int, body: bytes) -> None:
        self.sql("UPDATE records SET body = :body WHERE sequence = :at", body=pack(body), at=sequence)

    def seal(self, sequence: int) -> None:
        """Make a record's hash fit what it says now."""
        row = self.record(sequence)
        fitting = record_hash(bytes(row.previous_hash), sequence, row.kind, self.json(sequence))
        self.sql("UPDATE records SET hash = :hash WHERE sequence = :at", hash=fitting, at=sequence)

    def put_in(self, sequence: int, previous_hash: bytes, prepared: Prepared) -> bytes:
        """Add a record that is sound by itself, and return its hash."""
        sealed = record_hash(previous_hash, sequence, prepared.body.kind, prepared.body.json)
        self.sql(
            "INSERT INTO records (sequence, kind, batch_id, recorded_at_ns, body, previous_hash, hash) "
            "VALUES (:sequence, :kind, 'a', 7, :body, :previous_hash, :hash)",
            sequence=sequence,
            kind=prepared.body.kind,
            body=prepared.packed,
            previous_hash=previous_hash,
            hash=sealed,
        )
        return sealed

    def renumber(self, from_sequence: int, by: int) -> None:
        """Shift the numbers of all records from one on."""
        self.sql("UPDATE records SET sequence = -sequence WHERE sequence >= :at", at=from_sequence)
        self.sql("UPDATE records SET sequence = -sequence + :by WHERE sequence < 0", by=by)


def forge(tamperer: Tamperer, sequence: int) -> None:
    """Make a wrong answer an accepted one."""
    body = tamperer.json(sequence)
    assert b"WRONG_ANSWER" in body
    tamperer.put_body(sequence, body.replace(b"WRONG_ANSWER", b"ACCEPTED"))


def change_contents(tamperer: Tamperer) -> None:
    forge(tamperer, 4)


def change_contents_and_hash(tamperer: Tamperer) -> None:
    forge(tamperer, 4)
    tamperer.seal(4)


def spoil_contents(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE records SET body = :body WHERE sequence = 4", body=b"no zstd")


def claim_a_huge_body(tamperer: Tamperer) -> None:
    frame = bytearray(pack(bytes(300)))
    frame[4:6] = b"\xe0\xff"  # a frame's header: eight bytes of size follow
    tamperer.sql("UPDATE records SET body = :body WHERE sequence = 4", body=bytes(frame))


def alter_hash(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE records SET hash = :hash WHERE sequence = 5", hash=bytes(32))


def alter_newest_hash(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE records SET hash = :hash WHERE sequence = :at", hash=bytes(32), at=NEWEST)


def alter_previous_hash(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE records SET previous_hash = :hash WHERE sequence = 5", hash=bytes(32))


def alter_kind(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE records SET kind = 'batch_abandoned' WHERE sequence = 6")


def alter_batch(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE records SET batch_id = 'b' WHERE sequence = 5")


def take_from_its_batch(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE records SET batch_id = '' WHERE sequence = 5")


def alter_time(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE records SET recorded_at_ns = 5 WHERE sequence = 5")


def remove_one(tamperer: Tamperer) -> None:
    tamperer.sql("DELETE FROM records WHERE sequence = 8")


def remove_first(tamperer: Tamperer) -> None:
    tamperer.sql("DELETE FROM records WHERE sequence = 1")


def remove_candidate_and_its_rows(tamperer: Tamperer) -> None:
    tamperer.sql("DELETE FROM records WHERE sequence = 5")
    tamperer.sql("DELETE FROM candidates WHERE sequence = 5")
    tamperer.sql("DELETE FROM executions WHERE id BETWEEN 5242880 AND 6291455")


def remove_and_close_the_gap(tamperer: Tamperer) -> None:
    tamperer.sql("DELETE FROM records WHERE sequence = 8")
    tamperer.renumber(9, -1)


def remove_newest(tamperer: Tamperer) -> None:
    tamperer.sql("DELETE FROM records WHERE sequence = :at", at=NEWEST)


def reorder(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE records SET sequence = -sequence WHERE sequence IN (6, 9)")
    tamperer.sql("UPDATE records SET sequence = CASE sequence WHEN -6 THEN 9 ELSE 6 END WHERE sequence < 0")


def put_in(tamperer: Tamperer) -> None:
    tamperer.renumber(8, 1)
    tamperer.put_in(8, bytes(tamperer.record(7).hash), prepare(ENTRIES[4]))


def put_in_behind(tamperer: Tamperer) -> None:
    tamperer.put_in(NEWEST + 1, bytes(tamperer.record(NEWEST).hash), prepare(ENTRIES[4]))


def alter_head(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE chain_head SET hash = :hash", hash=bytes(32))


def raise_head(tamperer: Tamperer) -> None:
    tamperer.sql("UPDATE chain_head SET sequence = sequence + 2")


def put_in_a_second_head(tamperer: Tamperer) -> None:
    tamperer.sql("INSERT INTO chain_head (id, sequence, hash) VALUES (0, 0, :hash)", hash=bytes(32))


def spoil_newest_and_make_all_hashes_fit(tamperer: Tamperer) -> None:
    newest = tamperer.record(NEWEST)
    tamperer.sql("UPDATE records SET body = :body WHERE sequence = :at", body=b"no zstd", at=NEWEST)
    fitting = record_hash(bytes(newest.previous_hash), NEWEST, newest.kind, b"")
    tamperer.sql("UPDATE records SET hash = :hash WHERE sequence = :at", hash=fitting, at=NEWEST)
    tamperer.sql("UPDATE chain_head SET hash = :hash", hash=fitting)


def remove_head(tamperer: Tamperer) -> None:
    tamperer.sql("DELETE FROM chain_head")


ALTERATIONS: list[tuple[Callable[[Tamperer], None], int, str]] = [
    (change_contents, 4, "candidate_judged, batch 'b'): its contents were changed"),
    (change_contents_and_hash, 4, "it was changed and its hash made to fit"),
    (spoil_contents, 4, "its contents cannot be read: it cannot be decompressed"),
    (claim_a_huge_body, 4, "its contents cannot be read"),
    (alter_hash, 5, "its hash was altered; its contents are as they were written"),
    (alter_newest_hash, NEWEST, "its hash was altered; its contents are as they were written"),
    (alter_previous_hash, 5, "the hash that it has of the record before it was altered"),
    (alter_kind, 6, "its kind was altered: it was written as batch_ended"),
    (alter_batch, 5, "its batch was altered: it is of batch 'a'"),
    (take_from_its_batch, 5, "its batch was altered: it is of batch 'a'"),
    (alter_time, 5, "its time was altered"),
    (remove_one, 8, "record 8 is missing, and nothing says that retention removed"),
    (remove_first, 1, "record 1 is missing, and nothing says that retention removed"),
    (remove_candidate_and_its_rows, 5, "record 5 is missing"),
    (remove_and_close_the_gap, 8, "it is out of order: it was written as record 9"),
    (remove_newest, NEWEST, f"record {NEWEST} is missing: the chain's head says"),
    (reorder, 6, "it is out of order: it was written as record 9"),
    (reorder, 9, "it is out of order: it was written as record 6"),
    (put_in, 8, "it was put in"),
    (put_in_behind, NEWEST + 1, f"it stands behind the chain's newest, {NEWEST}"),
    (alter_head, NEWEST, "the chain's head says another hash"),
    (raise_head, NEWEST + 1, f"records {NEWEST + 1} to {NEWEST + 2} are missing: the chain's head says"),
    (remove_head, 0, "the chain's head is gone"),
    (put_in_a_second_head, 0, "table chain_head has a row 0: it was put in"),
    (spoil_newest_and_make_all_hashes_fit, NEWEST, "its contents cannot be read: it cannot be decompressed"),
]


@pytest.mark.parametrize(
    ("alter", "sequence", "said"), ALTERATIONS, ids=[f"{each[0].__name__}-{each[1]}" for each in ALTERATIONS]
)
def test_an_altered_chain_is_found_and_named(
    filled: Store, alter: Callable[[Tamperer], None], sequence: int, said: str
) -> None:
    with filled.writing() as connection:
        alter(Tamperer(connection))
    found = faults(filled)
    assert any(fault.sequence == sequence and said in fault.description for fault in found), found


ROWS = [
    ("UPDATE candidates SET verdict = 'ACCEPTED' WHERE sequence = 4", 4, "verdict is 'ACCEPTED' instead of"),
    ("UPDATE candidates SET source_blob = outputs_blob WHERE sequence = 4", 4, "source_blob is"),
    ("UPDATE candidates SET batch_id = 'z' WHERE sequence = 5", 5, "batch_id is 'z' instead of 'a'"),
    ("DELETE FROM candidates WHERE sequence = 4", 4, "its row of table candidates is gone"),
    ("UPDATE candidates SET sequence = 6 WHERE sequence = 5", 6, "table candidates has a row"),
    (
        "UPDATE executions SET verdict = 'ACCEPTED' WHERE id = 4194305",
        4,
        "execution 1: its row of table exec",
    ),
    ("DELETE FROM executions WHERE id = 4194305", 4, "execution 1: its row of table executions is gone"),
    ("UPDATE executions SET id = 4194400 WHERE id = 4194305", 4, "table executions has a row 4194400"),
    ("UPDATE executions SET id = 6291456 WHERE id = 4194305", 6, "table executions has a row of batch 'b'"),
    ("UPDATE executions SET problem_id = 'z' WHERE id = 4194305", 4, "problem_id is 'z' instead of"),
    ("UPDATE batches SET is_held = false WHERE id = 'b'", 2, "is_held is False instead of True"),
    ("UPDATE batches SET verdict_counts = '{}' WHERE id = 'b'", 2, "verdict_counts is {} instead of"),
    ("UPDATE batches SET state = 'running' WHERE id = 'b'", 2, "state is 'running' instead of 'finished'"),
    ("UPDATE batches SET requested_by = 'eve' WHERE id = 'a'", 1, "requested_by is 'eve' instead of"),
    ("UPDATE batches SET id = 'z' WHERE id = 'a'", 1, "its row of table batches is gone"),
    ("UPDATE batches SET id = 'z' WHERE id = 'a'", 1, "table batches has a row of batch 'z'"),
    ("DELETE FROM batches WHERE id = 'b'", 2, "its row of table batches is gone"),
]


@pytest.mark.parametrize(("statement", "sequence", "said"), ROWS, ids=[each[0] for each in ROWS])
def test_a_row_that_says_something_else_than_its_record_is_found_and_named(
    filled: Store, statement: str, sequence: int, said: str
) -> None:
    with filled.writing() as connection:
        Tamperer(connection).sql(statement)
    found = faults(filled)
    assert any(fault.sequence == sequence and said in fault.description for fault in found), found


@pytest.mark.parametrize("statement", sorted({each[0] for each in ROWS}))
def test_an_altered_row_casts_no_doubt_on_the_chain(filled: Store, statement: str) -> None:
    with filled.writing() as connection:
        Tamperer(connection).sql(statement)
    assert all("table " in fault.description for fault in faults(filled))


def test_a_second_head_misleads_nobody_who_asks_for_the_newest_record(filled: Store) -> None:
    with filled.writing() as connection:
        put_in_a_second_head(Tamperer(connection))
    assert StoredChain(filled).newest()[0] == NEWEST
    with filled.reading() as connection:
        assert newest_id(connection) >= NEWEST * EXECUTIONS_OF_A_RECORD


def test_contents_that_cannot_be_read_are_told_once(filled: Store) -> None:
    with filled.writing() as connection:
        spoil_contents(Tamperer(connection))
    assert [fault.sequence for fault in faults(filled)] == [4]


def test_what_nobody_altered_is_not_named(filled: Store) -> None:
    with filled.writing() as connection:
        tamperer = Tamperer(connection)
        alter_hash(tamperer)
        forge(tamperer, 4)
    assert {fault.sequence for fault in faults(filled)} == {4, 5}


WRONG_TYPES = [
    ("UPDATE records SET body = 'text' WHERE sequence = 4", 4, "its contents cannot be read"),
    ("UPDATE records SET body = 5 WHERE sequence = 4", 4, "its contents cannot be read"),
    ("UPDATE records SET kind = x'ff' WHERE sequence = 4", 4, "its kind was altered"),
    ("UPDATE records SET hash = 'text' WHERE sequence = 4", 4, "its hash was altered"),
    ("UPDATE records SET previous_hash = 5.5 WHERE sequence = 4", 4, "record before it was altered"),
    ("UPDATE records SET batch_id = 7 WHERE sequence = 5", 1, "its row of table batches was altered"),
    ("UPDATE records SET batch_id = x'61' WHERE sequence = 5", 5, "its batch was altered"),
    ("UPDATE records SET batch_id = CAST(x'61ff' AS TEXT) WHERE sequence = 5", 5, "its batch was altered"),
    ("UPDATE records SET recorded_at_ns = 'soon' WHERE sequence = 4", 4, "its time was altered"),
    ("UPDATE chain_head SET hash = 'text'", 0, "the chain's head is gone"),
    ("UPDATE batches SET labels = '{' WHERE id = 'a'", 1, "labels is '{' instead of"),
    ("UPDATE batches SET is_held = 'maybe' WHERE id = 'a'", 1, "is_held is 'maybe' instead of False"),
    ("UPDATE batches SET sequence = 'first' WHERE id = 'a'", 1, "sequence is 'first' instead of 1"),
    ("UPDATE candidates SET position = 'x' WHERE sequence = 4", 4, "position is 'x' instead of 0"),
    ("UPDATE candidates SET candidate_id = CAST(x'ff' AS TEXT) WHERE sequence = 4", 4, "candidate_id is"),
    ("UPDATE executions SET cpu_time_ns = 'x' WHERE id = 4194305", 4, "cpu_time_ns is 'x'"),
    ("UPDATE blobs SET content = 'text' WHERE content IS NOT NULL", 3, "its source"),
    ("UPDATE blobs SET stored_bytes = 'x', content = NULL", 3, "its source"),
    ("UPDATE blobs SET size_bytes = 'x'", 3, "its source"),
    ("UPDATE blobs SET content = CAST(x'ff' AS TEXT) WHERE content IS NOT NULL", 3, "its source"),
    (
        "UPDATE blobs SET sha256 = CAST(x'ff' AS TEXT) "
        "WHERE sha256 = (SELECT source_blob FROM candidates WHERE sequence = 5)",
        5,
        "its source is gone",
    ),
]


@pytest.mark.parametrize(
    ("statement", "sequence", "said"), WRONG_TYPES, ids=[each[0] for each in WRONG_TYPES]
)
def test_a_value_of_a_wrong_type_is_found_and_named(
    filled: Store, statement: str, sequence: int, said: str
) -> None:
    if filled.is_postgresql:
        pytest.skip("PostgreSQL keeps no value of a wrong type")
    with filled.writing() as connection:
        Tamperer(connection).sql(statement)
    found = faults(filled)
    assert any(fault.sequence == sequence and said in fault.description for fault in found), found
    assert all(fault.description.isprintable() for fault in found)


REMOVAL_OF_WRONG_TYPES = [
    "UPDATE records SET previous_hash = CAST(x'ff' AS TEXT) WHERE kind = 'records_removed'",
    "UPDATE records SET previous_hash = CAST(previous_hash AS TEXT) WHERE kind = 'records_removed'",
    "UPDATE records SET previous_hash = 5 WHERE kind = 'records_removed'",
]


@pytest.mark.parametrize("statement", REMOVAL_OF_WRONG_TYPES)
def test_a_removal_s_record_whose_columns_are_of_wrong_types_stops_nobody(
    filled: Store, statement: str
) -> None:
    if filled.is_postgresql:
        pytest.skip("PostgreSQL keeps no value of a wrong type")
    assert remove_batches(filled, ["c"], "a test", 1).batch_ids == ("c",)
    with filled.writing() as connection:
        Tamperer(connection).sql(statement)
    assert NEWEST + 1 in {fault.sequence for fault in faults(filled)}
    assert removal_of(filled, "another") is None


def test_a_blob_that_says_that_it_is_larger_than_it_is_is_found(filled: Store) -> None:
    with filled.writing() as connection:
        Tamperer(connection).sql("UPDATE blobs SET size_bytes = size_bytes + 1")
    found = faults(filled)
    assert any(fault.sequence == 3 and "its source" in fault.description for fault in found), found


def copy_below_the_first(tamperer: Tamperer, table: str, number: str, **others: str) -> None:
    """Put a row of a table in once more, under a number that no record has."""
    columns = [column.name for column in METADATA.tables[table].columns]
    key = next(iter(METADATA.tables[table].primary_key.columns)).name
    told = {name: name for name in columns} | others
    told |= {"sequence": number} if "sequence" in told else {key: number}
    first = f"SELECT min({key}) FROM {table}"  # noqa: S608
    tamperer.sql(
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608
        f"SELECT {', '.join(told[name] for name in columns)} FROM {table} WHERE {key} = ({first})"
    )


@pytest.mark.parametrize("number", ["0", "-1", "-4194304"])
@pytest.mark.parametrize(
    ("table", "others"),
    [
        ("records", {}),
        ("batches", {"id": "'forged'"}),
        ("candidates", {"position": "77"}),
        ("executions", {}),
    ],
)
def test_what_is_put_in_below_the_first_record_is_found(
    filled: Store, table: str, others: dict[str, str], number: str
) -> None:
    with filled.writing() as connection:
        copy_below_the_first(Tamperer(connection), table, number, **others)
    found = faults(filled)
    assert any("was put in" in fault.description and fault.sequence < 1 for fault in found), found
    assert all(fault.sequence < 1 for fault in found)
    assert faults(filled, Asked(first_sequence=2)) == []
