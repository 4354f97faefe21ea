"""What a console draws is what was recorded; of too many candidates it is estimated, and says so."""

from __future__ import annotations

import pytest

from tests.support.entries import BEGAN_NS, begun, execution, judged
from tests.support.filled import write
from verifierd.audit import queries
from verifierd.audit.entries import CandidateJudged
from verifierd.audit.figures import usage_over_time
from verifierd.audit.store import Store
from verifierd.model import Verdict

CANDIDATES = 40
MS = 1_000_000  # `judged` lets so much time pass from one candidate to the next


def _entries() -> list[CandidateJudged]:
    return [
        judged(
            number,
            verdict=Verdict.ACCEPTED if number % 4 else Verdict.INFRASTRUCTURE_ERROR,
            executions=(
                execution(
                    "t0",
                    Verdict.ACCEPTED if number % 4 else Verdict.INFRASTRUCTURE_ERROR,
                    wall_time_ns=(number + 1) * 1000,
                    cpu_time_ns=7,
                    sandbox_id="s-1" if number < 30 else "s-2",
                ),
            ),
        )
        for number in range(CANDIDATES)
    ]


@pytest.fixture
def filled(store: Store) -> Store:
    write(store, begun(), *_entries())
    return store


def test_buckets_have_the_percentiles_and_counts_of_their_time(filled: Store) -> None:
    with filled.reading() as connection:
        first, second = usage_over_time(connection, BEGAN_NS, BEGAN_NS + 41 * MS, buckets=2)
    assert (first.candidates, first.samples, second.candidates) == (20, 20, 20)
    assert (first.begins_at_ns, first.ends_at_ns, second.ends_at_ns) == (
        BEGAN_NS,
        BEGAN_NS + 41 * MS // 2,
        BEGAN_NS + 41 * MS,
    )
    assert first.wall_time_ns is not None
    assert first.wall_time_ns.p50 == pytest.approx(10_500)
    assert first.wall_time_ns.p99 == pytest.approx(19_810)
    assert first.verdict_counts == {Verdict.ACCEPTED: 15, Verdict.INFRASTRUCTURE_ERROR: 5}
    assert first.spent_usd == pytest.approx(20 * 2.5e-7)
    assert second.queued_ns is not None
    assert second.queued_ns.p95 == 1000


def test_a_time_without_candidates_has_no_percentiles(filled: Store) -> None:
    with filled.reading() as connection:
        (bucket,) = usage_over_time(connection, BEGAN_NS + 10**12, BEGAN_NS + 2 * 10**12, buckets=1)
    assert (bucket.candidates, bucket.samples, bucket.wall_time_ns) == (0, 0, None)


def test_of_many_candidates_some_are_read_evenly_and_the_counts_are_about_right(filled: Store) -> None:
    with filled.reading() as connection:
        (bucket,) = usage_over_time(connection, BEGAN_NS, BEGAN_NS + 10**9, buckets=1, samples=10)
    assert 8 <= bucket.samples <= 10
    assert bucket.candidates == pytest.approx(CANDIDATES, rel=0.25)
    assert bucket.wall_time_ns is not None
    assert bucket.wall_time_ns.p50 == pytest.approx(20_500, rel=0.25)


@pytest.mark.parametrize(("length_ns", "buckets"), [(0, 1), (-1, 1), (1, 0), (1, 501)])
def test_a_time_that_is_none_is_refused(filled: Store, length_ns: int, buckets: int) -> None:
    with filled.reading() as connection, pytest.raises(ValueError, match="buckets"):
        usage_over_time(connection, BEGAN_NS, BEGAN_NS + length_ns, buckets)


def test_sandboxes_have_what_they_ran_lately(filled: Store) -> None:
    with filled.reading() as connection:
        one, two = queries.sandboxes_in_use(connection)
        (latest,) = queries.sandboxes_in_use(connection, latest=5)
    assert (one.sandbox_id, one.executions, one.infrastructure_errors, one.cpu_time_ns) == ("s-1", 30, 8, 210)
    assert (two.worker_id, two.sandbox_id, two.executions) == ("worker-1", "s-2", 10)
    assert two.last_recorded_at_ns == BEGAN_NS + CANDIDATES * MS
    assert (latest.sandbox_id, latest.executions) == ("s-2", 5)
