"""Pages of any list, one after the other, are what the filter keeps, each thing once and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.entries import BEGAN_NS
from tests.support.filled import write
from tests.support.postgres import Postgres
from tests.support.varied import STEP_NS, VERDICTS, WORDS, varied_entries
from verifierd.audit import finding_batches, finding_candidates, finding_executions, queries
from verifierd.audit.entries import BatchBegun, CandidateJudged
from verifierd.audit.queries import Asked, BatchFilter, CandidateFilter, ExecutionFilter, Page
from verifierd.audit.store import Store, StoreSettings, open_store

Item = TypeVar("Item")
ENTRIES = tuple(varied_entries())
BEGUN = {each.batch_id: each for each in ENTRIES if isinstance(each, BatchBegun)}
JUDGED = {
    sequence: each for sequence, each in enumerate(ENTRIES, start=1) if isinstance(each, CandidateJudged)
}
SIZES = st.sampled_from((1, 3, 100))


class Seen(NamedTuple):
    """An execution as a filter sees it."""

    name: str
    judged: CandidateJudged
    place: int


SEEN = [
    Seen(f"{sequence}.{place}", each, place)
    for sequence, each in JUDGED.items()
    if not each.result.duplicate_of
    for place in range(len(each.result.executions))
]


def maybe(values: st.SearchStrategy[Item], nothing: Any) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(nothing), st.just(nothing), values)


times = st.integers(-2, 60).map(lambda steps: BEGAN_NS + steps * STEP_NS)
batch_ids = st.sampled_from((*BEGUN, "nobody's"))
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
some_verdicts = st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=3).map(tuple)
execution_filters = st.builds(
    ExecutionFilter,
    batch_id=maybe(batch_ids, ""),
    problem_id=maybe(st.sampled_from("pq"), ""),
    candidate_id=maybe(st.sampled_from(("c0", "c3", "c99")), ""),
    test_id=maybe(st.sampled_from(("t0", "t2")), ""),
    language=maybe(st.just("python"), ""),
    verdicts=maybe(some_verdicts, ()),
    recorded_from_ns=maybe(times, None),
    recorded_until_ns=maybe(times, None),
    text=maybe(texts, ""),
    tenant=maybe(st.just("lab"), ""),
    worker_id=maybe(st.just("w-1"), ""),
    sandbox_id=maybe(st.just("s-2"), ""),
)
batch_filters = st.builds(
    BatchFilter,
    states=maybe(st.sampled_from((("running",), ("queued", "running"), ("finished",))), ()),
    problem_id=maybe(st.sampled_from("pq"), ""),
    labels=maybe(st.just((("run", "1"),)), ()),
    submitted_from_ns=maybe(times, None),
    submitted_until_ns=maybe(times, None),
    tenant=maybe(st.just("lab"), ""),
    durable_only=st.booleans(),
)
candidate_filters = st.builds(
    CandidateFilter,
    text=texts,
    batch_id=maybe(batch_ids, ""),
    problem_id=maybe(st.sampled_from("pq"), ""),
    language=maybe(st.just("python"), ""),
    verdicts=maybe(some_verdicts, ()),
)


@pytest.fixture(scope="module")
def filled(server: Postgres | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with all entries in it, of which a query looks at a few rows a page."""
    folder: Path = tmp_path_factory.mktemp("store")
    database = str(folder / "audit.db") if server is None else server.new_database()
    store = open_store(StoreSettings(database, str(folder / "blobs")))
    write(store, *ENTRIES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding_executions, "ROWS_LOOKED_AT", 7)
        patch.setattr(finding_executions, "CANDIDATES_LOOKED_AT", 2)
        patch.setattr(finding_batches, "ROWS_LOOKED_AT", 3)
        patch.setattr(finding_candidates, "ROWS_LOOKED_AT", 3)
        yield store
    store.close()


def all_of(store: Store, ask: Callable[[sa.Connection, Asked], Page[Item]], size: int) -> list[Item]:
    found: list[Item] = []
    token = ""
    while True:
        with store.reading() as connection:
            page = ask(connection, Asked(size, token))
        assert len(page.items) <= size
        found += page.items
        token = page.next_token
        if not token:
            return found


def keeps(wanted: ExecutionFilter, seen: Seen) -> bool:
    judged = seen.judged
    begun, result = BEGUN[judged.batch_id], judged.result.executions[seen.place]
    return all(
        (
            wanted.batch_id in ("", judged.batch_id),
            wanted.problem_id in ("", begun.problem_id),
            wanted.candidate_id in ("", judged.candidate.id),
            wanted.test_id in ("", result.test_id),
            wanted.language in ("", judged.candidate.language),
            not wanted.verdicts or result.verdict in wanted.verdicts,
            wanted.recorded_from_ns is None or judged.occurred_at_ns >= wanted.recorded_from_ns,
            wanted.recorded_until_ns is None or judged.occurred_at_ns < wanted.recorded_until_ns,
            all(word in judged.candidate.source for word in wanted.text.split()),
            wanted.tenant in ("", begun.asker.tenant),
            wanted.worker_id in ("", judged.worker_id),
            wanted.sandbox_id in ("", result.sandbox_id),
        )
    )


@settings(deadline=None, max_examples=120)
@given(wanted=execution_filters, size=SIZES)
def test_pages_of_executions_are_all_that_match_the_newest_first(
    filled: Store, wanted: ExecutionFilter, size: int
) -> None:
    rows = all_of(filled, lambda at, asked: queries.executions(at, wanted, asked), size)
    assert [row.name for row in rows] == [each.name for each in reversed(SEEN) if keeps(wanted, each)]


@settings(deadline=None, max_examples=120)
@given(wanted=execution_filters, size=SIZES)
def test_executions_after_one_another_are_all_that_match_the_oldest_first(
    filled: Store, wanted: ExecutionFilter, size: int
) -> None:
    names: list[str] = []
    at = 0
    while True:
        with filled.reading() as connection:
            before = at
            rows, at = queries.executions_after(connection, wanted, at, size)
            names += [row.name for row in rows]
            if at == before:
                break
    assert names == [each.name for each in SEEN if keeps(wanted, each)]


@settings(deadline=None, max_examples=80)
@given(wanted=batch_filters, size=SIZES)
def test_pages_of_batches_are_all_that_match_the_newest_first(
    filled: Store, wanted: BatchFilter, size: int
) -> None:
    def is_meant(each: BatchBegun) -> bool:
        return (
            (not wanted.states or ("running" if any_of(each) else "queued") in wanted.states)
            and wanted.problem_id in ("", each.problem_id)
            and (not wanted.labels or each.labels == dict(wanted.labels))
            and (wanted.submitted_from_ns is None or each.submitted_at_ns >= wanted.submitted_from_ns)
            and (wanted.submitted_until_ns is None or each.submitted_at_ns < wanted.submitted_until_ns)
            and wanted.tenant in ("", each.asker.tenant)
            and (each.is_durable or not wanted.durable_only)
        )

    def any_of(batch: BatchBegun) -> bool:
        return any(each.batch_id == batch.batch_id for each in JUDGED.values())

    in_order = sorted(BEGUN.values(), key=lambda each: (each.submitted_at_ns, each.batch_id), reverse=True)
    rows = all_of(filled, lambda at, asked: queries.batches(at, wanted, asked), size)
    assert [row.id for row in rows] == [each.batch_id for each in in_order if is_meant(each)]


@settings(deadline=None, max_examples=80)
@given(wanted=candidate_filters, size=SIZES)
def test_pages_of_a_search_are_all_candidates_with_the_words_the_newest_first(
    filled: Store, wanted: CandidateFilter, size: int
) -> None:
    def is_meant(each: CandidateJudged) -> bool:
        return (
            all(word in each.candidate.source for word in wanted.text.split())
            and wanted.batch_id in ("", each.batch_id)
            and wanted.problem_id in ("", BEGUN[each.batch_id].problem_id)
            and wanted.language in ("", each.candidate.language)
            and (not wanted.verdicts or each.result.verdict in wanted.verdicts)
        )

    rows = all_of(filled, lambda at, asked: queries.search(at, wanted, asked), size)
    assert [row.sequence for row in rows] == [at for at, each in reversed(JUDGED.items()) if is_meant(each)]


@settings(deadline=None, max_examples=40)
@given(batch_id=batch_ids, verdicts=maybe(some_verdicts, ()), size=SIZES)
def test_pages_of_a_batch_are_its_candidates_in_their_order(
    filled: Store, batch_id: str, verdicts: Any, size: int
) -> None:
    rows = all_of(filled, lambda at, asked: queries.candidates_of_batch(at, batch_id, asked, verdicts), size)
    assert [row.candidate_id for row in rows] == [
        each.candidate.id
        for each in JUDGED.values()
        if each.batch_id == batch_id and (not verdicts or each.result.verdict in verdicts)
    ]


@pytest.mark.parametrize("size", [1, 100])
def test_pages_of_problems_are_all_of_them_with_their_batches(filled: Store, size: int) -> None:
    rows = all_of(filled, queries.problems, size)
    assert [(row.problem_id, row.batches, row.last_submitted_at_ns) for row in rows] == [
        (
            problem_id,
            len(times_of),
            max(times_of),
        )
        for problem_id in sorted({each.problem_id for each in BEGUN.values()})
        for times_of in ([each.submitted_at_ns for each in BEGUN.values() if each.problem_id == problem_id],)
    ]


def test_a_search_without_words_is_refused(filled: Store) -> None:
    with filled.reading() as connection, pytest.raises(ValueError, match="words are needed"):
        queries.search(connection, CandidateFilter(text="  "))
