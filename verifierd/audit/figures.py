"""What a console draws: cost and latency over time, and what was run in which sandbox.

Percentiles of a million candidates are estimated from so many of them, evenly spaced in the chain, as are
read within a page's time; each figure says how many it is from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verifierd.audit.schema import CANDIDATES, EXECUTIONS, EXECUTIONS_OF_A_RECORD
from verifierd.audit.times import first_sequence_from
from verifierd.model import Verdict

SAMPLES = 2000
MAX_BUCKETS = 500
LATEST_EXECUTIONS = 5_000
SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """The median of some numbers, and what 95 and 99 of 100 are not above."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class TimeBucket:
    """Candidates recorded from `begins_at_ns` to before `ends_at_ns`.

    `candidates` is about how many they were and `spent_usd` about what they cost, exactly where all were
    read. `samples` is how many were read, and `verdict_counts` are theirs. Percentiles are None where none
    was.
    """

    begins_at_ns: int
    ends_at_ns: int
    candidates: int
    samples: int
    verdict_counts: Mapping[Verdict, int]
    spent_usd: float
    wall_time_ns: Percentiles | None
    cpu_time_ns: Percentiles | None
    money_usd: Percentiles | None
    queued_ns: Percentiles | None


@dataclass(frozen=True, slots=True)
class SandboxUse:
    """What one sandbox ran among the latest executions. Times are epoch nanoseconds."""

    worker_id: str
    sandbox_id: str
    backend: str
    executions: int
    infrastructure_errors: int
    cpu_time_ns: int
    first_recorded_at_ns: int
    last_recorded_at_ns: int


def usage_over_time(
    connection: sa.Connection, from_ns: int, until_ns: int, buckets: int = 60, samples: int = SAMPLES
) -> tuple[TimeBucket, ...]:
    """Return time, cost and waiting of candidates, in so many buckets of equal length.

    `queued_ns` is how long the candidate's first execution waited.

    Raises:
        ValueError: the time ends before it begins, or there are too many buckets.
    """
    if from_ns >= until_ns or not 1 <= buckets <= MAX_BUCKETS:
        raise ValueError(f"from {from_ns} to {until_ns} in {buckets} buckets: a time and up to {MAX_BUCKETS}")
    low, high = (first_sequence_from(connection, at) for at in (from_ns, until_ns))
    stride = max(1, -(-(high - low) // samples))
    rows = connection.execute(_SPACED, {"low": low, "below": high, "stride": stride}).all()
    edges = [from_ns + (until_ns - from_ns) * number // buckets for number in range(buckets + 1)]
    found: list[list[Any]] = [[] for _ in range(buckets)]
    for row in rows:
        if from_ns <= row[0] < until_ns:  # the chain is nearly in the order of time, not quite
            found[(row[0] - from_ns) * buckets // (until_ns - from_ns)].append(row)
    return tuple(
        _bucket(edges[number], edges[number + 1], stride, found[number]) for number in range(buckets)
    )


def sandboxes_in_use(connection: sa.Connection, latest: int = LATEST_EXECUTIONS) -> tuple[SandboxUse, ...]:
    """Return the sandboxes of the latest executions that ran, the busiest first."""
    newest = (
        sa.select(
            EXECUTIONS.c.worker_id,
            EXECUTIONS.c.sandbox_id,
            EXECUTIONS.c.backend,
            EXECUTIONS.c.verdict,
            EXECUTIONS.c.cpu_time_ns,
            EXECUTIONS.c.recorded_at_ns,
        )
        .order_by(EXECUTIONS.c.id.desc())
        .limit(latest)
        .subquery()
    )
    count = sa.func.count()
    is_ours = sa.case((newest.c.verdict == Verdict.INFRASTRUCTURE_ERROR.name, 1), else_=0)
    rows = connection.execute(
        sa.select(
            newest.c.worker_id,
            newest.c.sandbox_id,
            newest.c.backend,
            count,
            sa.func.sum(is_ours),
            sa.func.sum(newest.c.cpu_time_ns),
            sa.func.min(newest.c.recorded_at_ns),
            sa.func.max(newest.c.recorded_at_ns),
        )
        .where(newest.c.sandbox_id != "")
        .group_by(newest.c.worker_id, newest.c.sandbox_id, newest.c.backend)
        .order_by(count.desc(), newest.c.worker_id, newest.c.sandbox_id)
    )
    return tuple(SandboxUse(*row[:3], *map(int, row[3:])) for row in rows)


def _spaced() -> sa.Select[Any]:
    """Return the query for candidates at every so many sequence numbers; records of others leave gaps."""
    steps = sa.select(sa.bindparam("low", type_=sa.BigInteger).label("sequence")).where(
        sa.bindparam("low", type_=sa.BigInteger) < sa.bindparam("below", type_=sa.BigInteger)
    )
    places = steps.cte("places", recursive=True)
    following = places.c.sequence + sa.bindparam("stride", type_=sa.BigInteger)
    places = places.union_all(
        sa.select(following).where(following < sa.bindparam("below", type_=sa.BigInteger))
    )
    return (
        sa.select(
            CANDIDATES.c.recorded_at_ns,
            CANDIDATES.c.wall_time_ns,
            CANDIDATES.c.cpu_time_ns,
            CANDIDATES.c.money_usd,
            EXECUTIONS.c.queued_ns,
            CANDIDATES.c.verdict,
        )
        .select_from(places)
        .join(CANDIDATES, CANDIDATES.c.sequence == places.c.sequence)
        .outerjoin(EXECUTIONS, EXECUTIONS.c.id == CANDIDATES.c.sequence * EXECUTIONS_OF_A_RECORD)
    )


_SPACED = _spaced()


def _bucket(begins_at_ns: int, ends_at_ns: int, stride: int, rows: Sequence[Any]) -> TimeBucket:
    _, wall_times, cpu_times, money, queued, verdicts = zip(*rows, strict=True) if rows else ((),) * 6
    return TimeBucket(
        begins_at_ns,
        ends_at_ns,
        len(rows) * stride,
        len(rows),
        {Verdict[name]: count for name, count in Counter(verdicts).items()},
        sum(money) * stride,
        *map(_percentiles, (wall_times, cpu_times, money, queued)),
    )


def _percentiles(values: Sequence[float | None]) -> Percentiles | None:
    in_order = sorted(value for value in values if value is not None)
    if not in_order:
        return None
    return Percentiles(*(_quantile(in_order, share) for share in SHARES))


def _quantile(in_order: Sequence[float], share: float) -> float:
    """Return what so large a share of some numbers is not above, between two of them by a straight line."""
    place = share * (len(in_order) - 1)
    below = int(place)
    above = min(below + 1, len(in_order) - 1)
    return float(in_order[below] + (in_order[above] - in_order[below]) * (place - below))
