"""The problems that batches were about, by their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verifierd.audit.pages import FIRST_PAGE, Asked, Page, position_in, token_of
from verifierd.audit.schema import BATCHES

COUNTED_TO = 1000
_LIST = "problems"


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem by its id: how many batches it has, counted to `COUNTED_TO`, and when the last one came."""

    problem_id: str
    batches: int
    last_submitted_at_ns: int


def problems(connection: sa.Connection, asked: Asked = FIRST_PAGE) -> Page[ProblemRow]:
    """Return a page of the problems, in the order of their ids.

    Raises:
        BadPageToken: the token is none, or of another list.
    """
    position = position_in(asked.token, _LIST, str)
    statement = _page(asked.size + 1, None if position is None else str(position[0]))
    rows = [ProblemRow(*row) for row in connection.execute(statement)]
    if len(rows) > asked.size:
        return Page(tuple(rows[: asked.size]), token_of(_LIST, rows[asked.size - 1].problem_id))
    return Page(tuple(rows))


def _page(count: int, after: str | None) -> sa.Select[Any]:
    """Return a query that leaps from one id to the next, however many batches a problem has."""
    least = sa.select(sa.func.min(BATCHES.c.problem_id).label("id"), sa.literal(1).label("number"))
    if after is not None:
        least = least.where(BATCHES.c.problem_id > after)
    ids = least.cte("ids", recursive=True)
    following = sa.select(sa.func.min(BATCHES.c.problem_id)).where(BATCHES.c.problem_id > ids.c.id)
    ids = ids.union_all(
        sa.select(following.scalar_subquery(), ids.c.number + 1).where(
            ids.c.id.is_not(None), ids.c.number < count
        )
    )
    of_it = BATCHES.c.problem_id == ids.c.id
    some = sa.select(BATCHES.c.submitted_at_ns).where(of_it).limit(COUNTED_TO).correlate(ids).subquery()
    return (
        sa.select(
            ids.c.id,
            sa.select(sa.func.count()).select_from(some).scalar_subquery(),
            sa.select(sa.func.max(BATCHES.c.submitted_at_ns)).where(of_it).scalar_subquery(),
        )
        .where(ids.c.id.is_not(None))
        .order_by(ids.c.id)
    )
