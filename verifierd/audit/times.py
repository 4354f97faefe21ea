"""Where in the chain a time is: no index tells, and halving finds it, since the chain is in order of time.

Nearly so: what is recorded at the same moment may change places, and clocks are set back at times. `SLACK_NS`
on either side makes up for as much.
"""

from __future__ import annotations

import sqlalchemy as sa

from verifierd.audit.schema import MAX_NUMBER, RECORDS

SLACK_NS = 2_000_000_000


def as_stored_ns(epoch_ns: int) -> int:
    """Return a time as 64 bits hold it: those that the API takes reach further."""
    return max(-MAX_NUMBER, min(epoch_ns, MAX_NUMBER))


def first_sequence_from(connection: sa.Connection, recorded_at_ns: int) -> int:
    """Return the least sequence number of records made then or later; one past the last if there are none.

    It takes one look-up for each time that the number of records can be halved.
    """
    first, last = connection.execute(
        sa.select(
            sa.select(sa.func.min(RECORDS.c.sequence)).scalar_subquery(),
            sa.select(sa.func.max(RECORDS.c.sequence)).scalar_subquery(),
        )
    ).one()
    if last is None:
        return 1
    low, high = first, last + 1
    while low < high:
        middle = (low + high) // 2
        # Retention leaves gaps: what is there next stands for them.
        sequence, at_ns = connection.execute(_NEXT, {"sequence": middle}).one()
        if at_ns >= recorded_at_ns:
            high = middle
        else:
            low = sequence + 1
    return int(low)


_NEXT = (
    sa.select(RECORDS.c.sequence, RECORDS.c.recorded_at_ns)
    .where(RECORDS.c.sequence >= sa.bindparam("sequence"))
    .order_by(RECORDS.c.sequence)
    .limit(1)
)
