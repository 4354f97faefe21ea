"""Candidates: those of a batch, those with some words in source, details or outputs, and one by its name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from verifierd.audit.filters import CandidateFilter
from verifierd.audit.found import CANDIDATE_COLUMNS, CandidateRow, candidate_row
from verifierd.audit.pages import FIRST_PAGE, Asked, Page, position_in, token_of
from verifierd.audit.schema import BATCHES, CANDIDATES
from verifierd.audit.search_index import matching
from verifierd.model import Verdict

ROWS_LOOKED_AT = 2000


def candidates_of_batch(
    connection: sa.Connection, batch_id: str, asked: Asked = FIRST_PAGE, verdicts: tuple[Verdict, ...] = ()
) -> Page[CandidateRow]:
    """Return a page of a batch's judged candidates in their order there; with `verdicts` only those.

    Raises:
        BadPageToken: the token is none, or of another list.
    """
    wanted = CandidateFilter(batch_id=batch_id, verdicts=verdicts)
    position = position_in(asked.token, wanted, int)
    there = sa.select(*CANDIDATE_COLUMNS).where(CANDIDATES.c.batch_id == batch_id)
    if position is not None:
        there = there.where(CANDIDATES.c.position > position[0])
    there = there.order_by(CANDIDATES.c.position)
    most = ROWS_LOOKED_AT if verdicts else asked.size + 1
    found: list[CandidateRow] = []
    for number, row in enumerate(connection.execute(there.limit(most)), start=1):
        if not verdicts or row.verdict in {each.name for each in verdicts}:
            found.append(candidate_row(row))
        if len(found) > asked.size:
            return Page(tuple(found[: asked.size]), token_of(wanted, found[asked.size - 1].position))
        if number == most:
            return Page(tuple(found), token_of(wanted, row.position))
    return Page(tuple(found))


def search(
    connection: sa.Connection, wanted: CandidateFilter, asked: Asked = FIRST_PAGE
) -> Page[CandidateRow]:
    """Return a page of the candidates that have the words of `wanted.text`, the newest first.

    Raises:
        ValueError: there are no words to look for.
        BadSearch: they would take too long to look for.
        BadPageToken: the token is none, or of another filter.
    """
    if not wanted.text.strip():
        raise ValueError("words are needed to search by")
    position = position_in(asked.token, wanted, int)
    is_postgresql = connection.dialect.name == "postgresql"
    sequence = matching(wanted.text, is_postgresql=is_postgresql).subquery().c.sequence
    there = sa.select(sequence)
    if position is not None:
        there = there.where(sequence < position[0])
    if wanted.batch_id:
        there = there.where(*_within_batch(sequence, wanted.batch_id))
    there = there.order_by(sequence.desc())
    conditions = _conditions(wanted)
    most = ROWS_LOOKED_AT if conditions else asked.size + 1
    looked_at = there.limit(most).subquery()
    found = connection.execute(
        sa.select(*CANDIDATE_COLUMNS)
        .select_from(looked_at.join(CANDIDATES, CANDIDATES.c.sequence == looked_at.c.sequence))
        .where(*conditions)
        .order_by(CANDIDATES.c.sequence.desc())
        .limit(asked.size + 1)
    ).all()
    rows = tuple(map(candidate_row, found[: asked.size]))
    if len(found) > asked.size:
        return Page(rows, token_of(wanted, rows[-1].sequence))
    last = connection.execute(there.offset(most - 1).limit(1)).scalar()
    return Page(rows, "" if last is None else token_of(wanted, last))


def candidate_of_record(connection: sa.Connection, sequence: int) -> CandidateRow | None:
    """Return the candidate whose record this is; None where it is none's."""
    return _one(connection, CANDIDATES.c.sequence == sequence)


def candidate_in(connection: sa.Connection, batch_id: str, candidate_id: str) -> CandidateRow | None:
    """Return a judged candidate of a batch; None where there is none."""
    return _one(connection, CANDIDATES.c.candidate_id == candidate_id, CANDIDATES.c.batch_id == batch_id)


def candidates_in(
    connection: sa.Connection, batch_id: str, candidate_ids: Collection[str]
) -> dict[str, CandidateRow]:
    """Return those of some candidates of a batch that are judged, by their ids."""
    mine = sa.select(*CANDIDATE_COLUMNS).where(
        CANDIDATES.c.batch_id == batch_id, CANDIDATES.c.candidate_id.in_(list(candidate_ids))
    )
    rows = map(candidate_row, connection.execute(mine))
    return {row.candidate_id: row for row in rows}


def _one(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> CandidateRow | None:
    row = connection.execute(sa.select(*CANDIDATE_COLUMNS).where(*conditions).limit(1)).first()
    return None if row is None else candidate_row(row)


def _conditions(wanted: CandidateFilter) -> list[sa.ColumnElement[bool]]:
    held: list[sa.ColumnElement[bool]] = []
    if wanted.batch_id:
        held.append(CANDIDATES.c.batch_id == wanted.batch_id)
    if wanted.language:
        held.append(CANDIDATES.c.language == wanted.language)
    if wanted.verdicts:
        held.append(CANDIDATES.c.verdict.in_([each.name for each in wanted.verdicts]))
    if wanted.problem_id:
        its_batch = (BATCHES.c.id == CANDIDATES.c.batch_id, BATCHES.c.problem_id == wanted.problem_id)
        held.append(sa.exists().where(*its_batch))
    return held


def _within_batch(sequence: Any, batch_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Look for words in no other part of the index than where the batch's records lie."""

    def end(of: Any) -> sa.ScalarSelect[Any]:
        return sa.select(of(CANDIDATES.c.sequence)).where(CANDIDATES.c.batch_id == batch_id).scalar_subquery()

    return sequence >= end(sa.func.min), sequence <= end(sa.func.max)
