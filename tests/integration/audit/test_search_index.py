"""Words of sources, details and outputs lead to their candidates, on every database the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.support.entries import begun, execution, judged
from verifierd.audit import search_index
from verifierd.audit.appending import append, prepare
from verifierd.audit.entries import CandidateJudged
from verifierd.audit.store import Store
from verifierd.audit.wrong_input import BadSearch

CANDIDATES = (
    judged(0, source="def two_sum(numbers):\n    return sorted(numbers)", executions=()),
    judged(
        1, source="class Größe: pass", executions=(execution(detail="IndexError: list index out of range"),)
    ),
    judged(2, source="x = 1", executions=(execution(stdout=b"forty-one\n"), execution(stderr=b"deprecated"))),
    judged(3, source="y", executions=(execution(actual=({"answer_key": [1, "plum"]},)),)),
    judged(4, source=f"z = '{'long' * 40}'; tail = 1", executions=()),
)


@pytest.fixture
def searched(store: Store) -> Store:
    with store.writing() as connection:
        append(connection, store.blobs, [prepare(entry) for entry in (begun(), *CANDIDATES)])
    return store


def found(store: Store, text: str) -> list[int]:
    """Return the positions of the candidates that a text matches."""
    select = search_index.matching(text, is_postgresql=store.is_postgresql)
    with store.reading() as connection:
        return sorted(sequence - 2 for sequence in connection.scalars(select))


FOUND: dict[str, list[int]] = {
    "two_sum": [0],
    "TWO_SUM sorted": [0],
    "sum": [],  # a part of a word is no word
    "two": [],
    "two*": [0],
    "two* sor* num* ret* return": [0],
    "GRÖSSE": [1],
    "größe": [1],
    "index out of range": [1],
    "IndexError": [1],
    "forty one": [2],
    "forty-one": [2],
    "deprecated": [2],
    "answer_key plum": [3],
    "plum two_sum": [],
    "long" * 40: [4],
    "long" * 41: [4],  # known by its beginning
    "tail": [4],
    "NOT two_sum": [],  # every word is a word
    "two_sum OR plum": [],
    "words:two_sum": [],
    "sorted' & 'x": [],
    'sorted" OR "plum': [],
}


def test_a_text_finds_the_candidates_that_have_all_of_its_words(searched: Store) -> None:
    assert {text: found(searched, text) for text in FOUND} == FOUND


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a*", "'a\\*' stands for too many words; allowed: 3 characters or more before a \\*"),
        ("two_sum tw*", "'tw\\*' stands for too many words"),
        ("one* two* three* four* five*", "it has 5 words with a \\*; allowed: up to 4"),
    ],
)
def test_beginnings_of_too_many_words_are_refused(searched: Store, text: str, said: str) -> None:
    with pytest.raises(BadSearch, match=said):
        found(searched, text)


def test_forgotten_candidates_are_found_no_more_and_others_are(searched: Store) -> None:
    with searched.writing() as connection:
        search_index.forget(connection, [2, 3])
    assert found(searched, "two_sum") == found(searched, "IndexError") == []
    assert found(searched, "deprecated") == [2]


@pytest.mark.parametrize("text", ["", " ", "*", "* ' \" ( ) : & | ! \\"])
def test_a_text_without_a_word_is_refused(text: str) -> None:
    with pytest.raises(BadSearch, match="has no word in it; allowed: words of letters, digits and _"):
        search_index.matching(text, is_postgresql=False)


@pytest.mark.parametrize("altered", ["x'00ff'", "'text'", "7", "CAST(x'ff' AS TEXT)"])
def test_words_that_somebody_altered_keep_nobody_from_forgetting(searched: Store, altered: str) -> None:
    if searched.is_postgresql:
        pytest.skip("PostgreSQL has them in its index alone")
    with searched.writing() as connection:
        connection.execute(sa.text(f"UPDATE candidate_words SET words = {altered} WHERE sequence = 2"))  # noqa: S608
        search_index.forget(connection, [2, 3])
        left = list(connection.scalars(sa.select(search_index.CANDIDATE_WORDS.c.sequence)))
    assert left == [4, 5, 6]
    assert found(searched, "IndexError") == []


def test_the_newest_candidates_come_first_where_that_is_asked_for(searched: Store) -> None:
    select = search_index.matching("t0", is_postgresql=searched.is_postgresql).subquery()
    with searched.reading() as connection:
        newest = select.select().order_by(select.c.sequence.desc()).limit(2)
        assert list(connection.scalars(newest)) == [5, 4]


def test_no_more_of_a_candidate_is_searched_than_the_bound() -> None:
    source = "a " * (search_index.TEXT_BYTES // 2) + "beyond"
    entry: CandidateJudged = judged(0, source=source)
    assert search_index.words_of(search_index.texts_of(entry)) == ["a"]
