"""Words that were altered hide a candidate from search or lead to another: they are named with its record."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.support.entries import begun, execution, judged
from tests.support.filled import fill, write
from verifierd.audit.search_index import CANDIDATE_WORDS, FTS5, TEXT_BYTES, add, forget
from verifierd.audit.store import Store
from verifierd.audit.verifying import Asked, Fault, verify_records

JUDGED = [3, 4, 5, 7, 10]


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    assert verify_records(store).holds
    return store


def faults(store: Store) -> list[Fault]:
    return list(verify_records(store).faults)


def test_words_that_are_gone_are_named_for_each_candidate(filled: Store) -> None:
    with filled.writing() as connection:
        forget(connection, JUDGED)
    assert [fault.sequence for fault in faults(filled)] == JUDGED
    assert all("row of table candidate_words is gone" in fault.description for fault in faults(filled))
    assert verify_records(filled, Asked(blobs=False)).holds, "words are compared where blobs are read"


def test_words_that_were_altered_are_told(filled: Store) -> None:
    with filled.writing() as connection:
        forget(connection, [4])
        add(connection, {4: ["print", "1", "eve"]})
    (fault,) = faults(filled)
    assert fault.sequence == 4
    assert "candidate 'c0'): its row of table candidate_words was altered: " in fault.description
    assert "is missing" in fault.description or "more is missing" in fault.description
    assert fault.description.endswith("'eve' was put in")


def test_words_of_no_candidate_are_named(filled: Store) -> None:
    with filled.writing() as connection:
        add(connection, {6: ["eve"]})
    (fault,) = faults(filled)
    assert fault.sequence == 6
    assert "table candidate_words has a row for record 6, which is no candidate_judged" in fault.description


@pytest.mark.parametrize(
    ("alter", "sequences"),
    [
        ("INSERT INTO candidate_words_fts(candidate_words_fts) VALUES ('delete-all')", JUDGED),
        ("INSERT INTO candidate_words_fts(rowid, words) VALUES (5, 'eve')", [5]),
        ("INSERT INTO candidate_words_fts(rowid, words) VALUES (99, 'eve')", [99]),
        (f"DROP TABLE {FTS5}", [0]),
        ("UPDATE candidate_words_fts_data SET block = x'00' WHERE id > 10", [0]),
    ],
)
def test_an_index_that_knows_other_words_is_found(filled: Store, alter: str, sequences: list[int]) -> None:
    if filled.is_postgresql:
        pytest.skip("PostgreSQL looks after its index itself")
    with filled.writing() as connection:
        connection.exec_driver_sql(alter)
    found = faults(filled)
    assert [fault.sequence for fault in found] == sequences
    assert all(f"the search index (table {FTS5})" in fault.description for fault in found)


def test_a_row_of_words_of_a_wrong_type_is_named(filled: Store) -> None:
    if filled.is_postgresql:
        pytest.skip("PostgreSQL keeps nothing else in it")
    with filled.writing() as connection:
        connection.exec_driver_sql("UPDATE candidate_words SET words = 'eve' WHERE sequence = 5")
    (fault,) = faults(filled)
    assert fault.sequence == 5
    assert "cannot be read" in fault.description


def test_words_of_any_text_are_those_that_were_written(store: Store) -> None:
    text = "Straße ΣΊΣΥΦΟΣ İstanbul नमस्ते ½ x² \udcff \x00a\x00b 名前 ﬁ e\u0301 _a_ 🙂 " + "x" * 100
    values = ({"a", "b", 3}, text, ["\ud800", b"\xff bytes"], {"k": frozenset({1, 2})})
    execution_ = execution("t0", stdout=text.encode(errors="replace"), actual=(values,), detail=text)
    sets = execution("t0", actual=({f"member_{number}" for number in range(3000)},))
    write(store, begun(), judged(0, source=text * 3, executions=(execution_,)))
    write(store, judged(1, source="x", executions=(sets,)), judged(2, source=text * TEXT_BYTES))
    write(store, judged(3, source="", executions=()))
    assert faults(store) == []
    with store.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(CANDIDATE_WORDS)) == 4
