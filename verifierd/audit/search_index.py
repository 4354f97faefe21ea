"""The words of each candidate, to be searched for: of its source, its details and its outputs.

What a word is, is decided here for both databases: letters, digits and `_` in a row, in any case. SQLite has
them in an FTS5 table without contents, and beside it the words themselves, which FTS5 must be told again to
forget them; PostgreSQL has them in a `tsvector` with a GIN index.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR
from sqlalchemy.types import NullType

from sandboxes.inside import values
from verifierd.audit.entries import CandidateJudged
from verifierd.audit.packing import pack, unpack
from verifierd.audit.schema import Number
from verifierd.audit.wrong_input import BadSearch

TEXT_BYTES = 16 << 10
"""Of a candidate's text so much is searched: of its source first, then of details, then of outputs."""
WORD_CHARS = 64
"""A longer word is known by its beginning."""
WORDS_WANTED = 64
"""Of a text that is searched for, so many words count."""
BEGINNING_CHARS = 3
"""A word with `*` has at least so many characters before it: fewer stand for a good part of all words."""
BEGINNINGS = 4
"""A text has at most so many words with `*`: the index goes over all words that each of them stands for."""

METADATA = sa.MetaData()
CANDIDATE_WORDS = sa.Table(
    "candidate_words",
    METADATA,
    sa.Column("sequence", Number, primary_key=True, autoincrement=False),  # of its candidate's record
    sa.Column("words", sa.LargeBinary().with_variant(TSVECTOR, "postgresql"), nullable=False),
)
# One of these two stands beside the table; the migration that makes it says how.
FTS5 = "candidate_words_fts"
GIN_INDEX = "candidate_words_index"

_ADD_PACKED = sa.insert(CANDIDATE_WORDS)
_ADD_VECTORS = sa.insert(CANDIDATE_WORDS).values(
    sequence=sa.bindparam("sequence"),
    words=sa.func.array_to_tsvector(sa.bindparam("words", type_=ARRAY(sa.Text))),
)
_ADD_TO_FTS5 = sa.insert(sa.table(FTS5, sa.column("rowid"), sa.column("words")))

_WORD = re.compile(r"\w+")
_WANTED = re.compile(r"\w+\*?")


def texts_of(entry: CandidateJudged) -> Iterator[bytes]:
    """Yield what a candidate is found by: its source, then details, then outputs."""
    result = entry.result
    yield entry.candidate.source.encode(errors="replace")
    for detail in (result.detail, *(execution.detail for execution in result.executions)):
        yield detail.encode(errors="replace")
    for execution in result.executions:
        yield execution.stdout
        yield execution.stderr
        if execution.actual is not None:
            yield values.dumps(execution.actual[0]).encode()


def words_of(texts: Iterable[bytes]) -> list[str]:
    """Return the words of the first `TEXT_BYTES` of these texts, each once, in order of appearance."""
    left = TEXT_BYTES
    words: dict[str, None] = {}
    for text in texts:
        if left <= 0:
            break
        if not text:
            continue
        shown = text[:left].decode(errors="replace").casefold()
        words.update(dict.fromkeys(word[:WORD_CHARS] for word in _WORD.findall(shown)))
        left -= len(text)
    return list(words)


def add(connection: sa.Connection, words: Mapping[int, Sequence[str]]) -> None:
    """Take in the words of candidates, by the sequence numbers of their records."""
    if not words:
        return
    if _is_postgresql(connection):
        rows = [{"sequence": sequence, "words": list(each)} for sequence, each in words.items()]
        connection.execute(_ADD_VECTORS, rows)
        return
    texts = {sequence: " ".join(each) for sequence, each in words.items()}
    packed = [{"sequence": sequence, "words": pack(text.encode())} for sequence, text in texts.items()]
    connection.execute(_ADD_PACKED, packed)
    connection.execute(_ADD_TO_FTS5, [{"rowid": sequence, "words": text} for sequence, text in texts.items()])


def forget(connection: sa.Connection, sequences: Collection[int]) -> None:
    """Forget the words of these candidates: some thousand at a time.

    Where somebody altered what SQLite's index must be told, the index keeps those words. They lead to a
    candidate that is not there any longer, and so to nothing.
    """
    chosen = CANDIDATE_WORDS.c.sequence.in_(sequences)
    if not _is_postgresql(connection):
        known = list(_known(connection, chosen))
        if known:
            forget_one = f"INSERT INTO {FTS5}({FTS5}, rowid, words) VALUES ('delete', :sequence, :words)"  # noqa: S608
            connection.execute(sa.text(forget_one), known)
    connection.execute(sa.delete(CANDIDATE_WORDS).where(chosen))


def _known(connection: sa.Connection, chosen: sa.ColumnElement[bool]) -> Iterator[dict[str, object]]:
    packed = sa.cast(CANDIDATE_WORDS.c.words, sa.LargeBinary).label("words")  # SQLite keeps any type
    for row in connection.execute(sa.select(CANDIDATE_WORDS.c.sequence, packed).where(chosen)):
        with suppress(ValueError):
            yield {"sequence": row.sequence, "words": unpack(row.words, 8 * TEXT_BYTES).decode()}


def known_words(
    connection: sa.Connection, which: sa.ColumnElement[bool], limit: int | None = None
) -> Iterator[tuple[int, frozenset[str] | None]]:
    """Yield numbers of candidates, in their order, and the words of each; None: they cannot be read.

    Nothing but an alteration makes them unreadable.
    """
    is_postgresql = _is_postgresql(connection)
    words = CANDIDATE_WORDS.c.words
    # SQLite keeps a value of any type in any column.
    column = sa.func.tsvector_to_array(words) if is_postgresql else sa.type_coerce(words, NullType())
    chosen = sa.select(CANDIDATE_WORDS.c.sequence, column.label("words")).where(which)
    for sequence, found in connection.execute(chosen.order_by(CANDIDATE_WORDS.c.sequence).limit(limit)):
        if is_postgresql:
            yield sequence, frozenset(found)
            continue
        try:
            yield sequence, frozenset(unpack(found, 8 * TEXT_BYTES).decode().split(" ")) - {""}
        except (TypeError, ValueError):
            yield sequence, None


def matching(text: str, *, is_postgresql: bool) -> sa.Select[int]:
    """Return the SELECT of the sequence numbers of candidates that have all words of a text.

    A word that ends with `*` stands for all that begin so. The SELECT's one column is `sequence`: order by it
    and bound it for pages, newest first.

    Raises:
        BadSearch: as `check_search` does.
    """
    check_search(text)
    words = _wanted(text)
    wanted = [(word.rstrip("*")[:WORD_CHARS], word.endswith("*")) for word in words]
    if is_postgresql:
        query = " & ".join(f"'{word}':*" if is_prefix else f"'{word}'" for word, is_prefix in wanted)
        matches = CANDIDATE_WORDS.c.words.op("@@", is_comparison=True)(sa.cast(query, TSQUERY))
        found = sa.select(CANDIDATE_WORDS.c.sequence).where(matches)
    else:
        query = " ".join(f'"{word}" *' if is_prefix else f'"{word}"' for word, is_prefix in wanted)
        index = sa.table(FTS5, sa.column("rowid", sa.Integer))
        matches = sa.literal_column(FTS5).op("MATCH", is_comparison=True)(query)
        found = sa.select(index.c.rowid.label("sequence")).where(matches)
    return found


def check_search(text: str) -> None:
    """Raise BadSearch where a text has no word, or its words with `*` stand for too many to be searched."""
    if not _wanted(text):
        raise BadSearch(f"{_shown(text)} has no word in it", "words of letters, digits and _")
    beginnings = [word for word in _wanted(text) if word.endswith("*")]
    short = next((word for word in beginnings if len(word) <= BEGINNING_CHARS), None)
    if short is not None:
        raise BadSearch(
            f"{short!r} stands for too many words", f"{BEGINNING_CHARS} characters or more before a *"
        )
    if len(beginnings) > BEGINNINGS:
        raise BadSearch(f"it has {len(beginnings)} words with a *", f"up to {BEGINNINGS}, and others beside")


def _wanted(text: str) -> list[str]:
    return _WANTED.findall(text.casefold())[:WORDS_WANTED]


def _shown(text: str) -> str:
    return repr(text if len(text) <= WORD_CHARS else text[:WORD_CHARS] + "…")


def _is_postgresql(connection: sa.Connection) -> bool:
    return connection.dialect.name == "postgresql"
