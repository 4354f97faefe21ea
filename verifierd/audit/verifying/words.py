"""Compares the words that candidates are searched by with them, and SQLite's index with the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from verifierd.audit.entries import CandidateJudged
from verifierd.audit.schema import CANDIDATES, RECORDS
from verifierd.audit.search_index import CANDIDATE_WORDS, FTS5, TEXT_BYTES, known_words, texts_of, words_of
from verifierd.audit.store import Store
from verifierd.audit.verifying.faults import MAX_FAULTS, Faults, named, quoted
from verifierd.audit.verifying.snapshots import snapshot

Words = frozenset[str]

_WORDS_SHOWN = 3
_PAGE = 500
_WORDS_REMEMBERED = 10_000
_OF_INDEX = sa.text("SELECT doc, set_of(term) FROM temp.index_of_words GROUP BY doc ORDER BY doc")


def expected_words(entry: CandidateJudged) -> Words | None:
    """Return the words of a candidate with its source and outputs; None where they cannot be known.

    Members of a set come back in another order: nobody knows which were among the first `TEXT_BYTES`.
    """
    texts = list(texts_of(entry))
    is_cut = sum(map(len, texts)) > TEXT_BYTES
    if is_cut and any(b'{"$set"' in text or b'{"$frozenset"' in text for text in texts):
        return None
    return frozenset(words_of(texts))


def compare_words(
    connection: sa.Connection, expected: Mapping[int, tuple[str, Words]], faults: Faults
) -> None:
    """Compare words with their rows: by the numbers of the records, what each is called and its words."""
    there = known_words(connection, CANDIDATE_WORDS.c.sequence.in_(expected))
    known = dict(there)
    for sequence, (name, words) in expected.items():
        row = f"its row of table {CANDIDATE_WORDS.name}"
        if sequence not in known:
            faults.add(sequence, f"{name}: {row} is gone, and so search does not find it")
            continue
        found = known[sequence]
        if found is None:
            faults.add(sequence, f"{name}: {row} was altered: it cannot be read")
        elif found != words:
            parts = (_shown("is missing", words - found), _shown("was put in", found - words))
            faults.add(sequence, f"{name}: {row} was altered: {', '.join(filter(None, parts))}")


def compare_index(store: Store, faults: Faults) -> None:
    """Find words that stand for no candidate, and candidates of which SQLite's index knows other words.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with snapshot(store) as connection:
        _find_strays(connection, faults)
        if store.is_postgresql:
            return  # the index is the database's own there, and not to be written to
        try:
            for sequence in _differing(connection):
                faults.add(
                    sequence,
                    f"{_name(connection, sequence)}: the search index (table {FTS5}) knows other words of it "
                    f"than table {CANDIDATE_WORDS.name}: it was altered",
                )
        except sa.exc.DatabaseError as error:
            faults.add(0, f"the search index (table {FTS5}) cannot be read: {quoted(str(error.orig))}")


def _find_strays(connection: sa.Connection, faults: Faults) -> None:
    record = sa.select(sa.literal(1)).where(
        RECORDS.c.sequence == CANDIDATE_WORDS.c.sequence, RECORDS.c.kind == "candidate_judged"
    )
    stray = sa.select(CANDIDATE_WORDS.c.sequence).where(sa.not_(record.exists()))
    for sequence in connection.scalars(stray.order_by(CANDIDATE_WORDS.c.sequence).limit(MAX_FAULTS)):
        what = f"table {CANDIDATE_WORDS.name} has a row for record {sequence}"
        faults.add(
            sequence, f"{what}, which is no candidate_judged: it was put in, or its record was removed"
        )


def _differing(connection: sa.Connection) -> Iterator[int]:
    """Yield the numbers of those of which the index knows other words than the table."""
    driver: Any = connection.connection.driver_connection
    driver.create_aggregate("set_of", 1, _SetOfWords)
    # It is of this connection alone, and goes with its transaction.
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE temp.index_of_words USING fts5vocab(main, {FTS5}, instance)"
    )
    indexed = ((doc, "index", content) for doc, content in connection.execute(_OF_INDEX))
    stored = ((sequence, "table", content) for sequence, content in _stored(connection))
    of_one = itemgetter(0)
    for sequence, group in groupby(merge(stored, indexed, key=of_one), key=of_one):
        found = {where: content for _, where, content in group}
        if found.get("table", b"") is not None and found.get("table", b"") != found.get("index", b""):
            yield sequence


def _stored(connection: sa.Connection) -> Iterator[tuple[int, bytes | None]]:
    after: sa.ColumnElement[bool] = sa.true()
    while True:
        page = list(known_words(connection, after, limit=_PAGE))
        for sequence, words in page:
            yield sequence, None if words is None else _content_of(words)
        if len(page) < _PAGE:
            return
        after = CANDIDATE_WORDS.c.sequence > page[-1][0]


def _content_of(words: Words) -> bytes:
    content = _SetOfWords()
    for word in words:
        content.step(word)
    return content.finalize()


class _SetOfWords:
    """Stands for a set of words, told in any order: the sum of their digests. None is empty."""

    def __init__(self) -> None:
        self._sum = 0

    def step(self, word: object) -> None:
        self._sum += _digest(word if isinstance(word, str) else repr(word))

    def finalize(self) -> bytes:
        return (self._sum % (1 << 128)).to_bytes(16) if self._sum else b""


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _digest(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(errors="replace"), digest_size=16).digest())


def _name(connection: sa.Connection, sequence: int) -> str:
    of_candidate = sa.select(CANDIDATES.c.batch_id, CANDIDATES.c.candidate_id)
    row = connection.execute(of_candidate.where(CANDIDATES.c.sequence == sequence)).first()
    return named(sequence, "candidate_judged", *row) if row else f"record {sequence}, which is no candidate"


def _shown(done: str, words: Words) -> str:
    if not words:
        return ""
    first = ", ".join(quoted(word) for word in sorted(words)[:_WORDS_SHOWN])
    more = f" and {len(words) - _WORDS_SHOWN} more" if len(words) > _WORDS_SHOWN else ""
    return f"{first}{more} {done}"
