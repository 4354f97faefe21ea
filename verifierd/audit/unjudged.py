"""How many candidates of a tenant's durable batches are not judged yet: what the store says of it."""

from __future__ import annotations

import sqlalchemy as sa

from verifierd.audit.schema import BATCHES
from verifierd.audit.store import Store

_LEFT = sa.func.sum(BATCHES.c.candidates_total - BATCHES.c.candidates_finished)


def unjudged_candidates(store: Store, tenant: str) -> int:
    """Return the candidates of durable batches that have not come to their end. Blocks.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with store.reading() as connection:
        return unjudged_in(connection, tenant)


def unjudged_in(connection: sa.Connection, tenant: str) -> int:
    """Return the same, as it is for a connection's transaction."""
    waiting = sa.select(_LEFT).where(
        BATCHES.c.state.in_(("queued", "running")), BATCHES.c.tenant == tenant, BATCHES.c.is_durable
    )
    return int(connection.scalar(waiting) or 0)
