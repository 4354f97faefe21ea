"""No question reads a table from end to end: SQLite's own plan of every statement says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.entries import BEGAN_NS
from tests.support.filled import write
from tests.support.varied import varied_entries
from verifierd.audit import queries
from verifierd.audit.lookups import next_executions, one_execution
from verifierd.audit.queries import Asked, BatchFilter, CandidateFilter, ExecutionFilter
from verifierd.audit.reading import batch_end
from verifierd.audit.recorded import RecordReader
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.model import Verdict

TABLES = "executions|candidates|batches|records|blobs|candidate_words"
WHOLE = re.compile(rf"SCAN ({TABLES})\b(?! USING (COVERING )?INDEX)")
IN_ORDER = re.compile(rf"SCAN ({TABLES})\b")
RARE = (Verdict.TIME_LIMIT_EXCEEDED, Verdict.RUNTIME_ERROR)
SOON_NS = BEGAN_NS + 5_000_000_000

Ask = Callable[[sa.Connection, str], Any]


def executions(**fields: Any) -> Ask:
    def ask(connection: sa.Connection, batch_id: str) -> Any:
        wanted = replace(ExecutionFilter(**fields), batch_id=batch_id if "batch_id" in fields else "")
        page = queries.executions(connection, wanted, Asked(2))
        queries.executions(connection, wanted, Asked(2, page.next_token))
        return queries.executions_after(connection, wanted, 1 << 20, 2)

    return ask


QUESTIONS: dict[str, Ask] = {
    "all executions": executions(),
    "of a batch": executions(batch_id="BATCH"),
    "of a candidate of a batch": executions(batch_id="BATCH", candidate_id="c1"),
    "of a problem": executions(problem_id="p"),
    "of a candidate": executions(candidate_id="c1"),
    "of verdicts": executions(verdicts=RARE),
    "of a verdict of a problem": executions(verdicts=RARE[:1], problem_id="p"),
    "on a test": executions(test_id="t1"),
    "in a language": executions(language="python"),
    "in a sandbox": executions(sandbox_id="s-1"),
    "of a worker": executions(worker_id="w-1"),
    "of a tenant": executions(tenant="lab"),
    "of a time": executions(recorded_from_ns=BEGAN_NS, recorded_until_ns=SOON_NS),
    "with words": executions(text="alpha beta"),
    "with words of a problem": executions(text="alpha", problem_id="p", verdicts=RARE, sandbox_id="s-1"),
    "with words in a batch": executions(text="alpha", batch_id="BATCH"),
    "batches": lambda at, _: queries.batches(at),
    "batches of states": lambda at, _: queries.batches(at, BatchFilter(("queued", "running"))),
    "batches of a problem": lambda at, _: queries.batches(at, BatchFilter(problem_id="p", tenant="lab")),
    "batches of a time": lambda at, _: queries.batches(at, BatchFilter(submitted_from_ns=BEGAN_NS)),
    "a batch": queries.batch_with_id,
    "a batch by how its id begins": lambda at, batch_id: queries.batches_beginning(at, batch_id[:4]),
    "problems": lambda at, _: queries.problems(at, Asked(1)),
    "candidates of a batch": queries.candidates_of_batch,
    "a candidate": lambda at, batch_id: queries.candidate_in(at, batch_id, "c1"),
    "a candidate by its record": lambda at, _: queries.candidate_of_record(at, 2),
    "some candidates": lambda at, batch_id: queries.candidates_in(at, batch_id, ["c1", "c2"]),
    "a search": lambda at, _: queries.search(at, CandidateFilter("alpha")),
    "a search in a batch": lambda at, batch_id: queries.search(at, CandidateFilter("alpha", batch_id, "p")),
    "usage": lambda at, _: queries.usage_over_time(at, BEGAN_NS, BEGAN_NS + 10**12),
    "sandboxes": lambda at, _: queries.sandboxes_in_use(at),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("plans") / "audit.db"
    store = open_store(StoreSettings(str(path)))
    write(store, *varied_entries())
    yield store
    store.close()


@contextmanager
def plans(engine: sa.Engine) -> Iterator[list[str]]:
    """Gather SQLite's plan of every SELECT that is made within the block."""
    told: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            told.extend(f"{row[3]} in {statement}" for row in rows)

    sa.event.listen(engine, "before_cursor_execute", explain)
    try:
        yield told
    finally:
        sa.event.remove(engine, "before_cursor_execute", explain)


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_table_is_read_whole(filled: Store, question: str) -> None:
    with filled.reading() as connection:
        batch_id = queries.batches(connection).items[0].id
    with plans(filled.engine) as told, filled.reading() as connection:
        QUESTIONS[question](connection, batch_id)
    assert told
    # In the order of an index it may be, as far as a limit.
    assert [each for each in told if IN_ORDER.search(each) and " LIMIT " not in each] == []
    if question != "sandboxes":  # the newest rows, whatever they are
        assert [each for each in told if WHOLE.search(each)] == []


def test_records_are_read_by_their_numbers(filled: Store) -> None:
    with filled.reading() as connection:
        rows = queries.executions(connection, ExecutionFilter()).items
        batch_id = rows[0].batch_id
    with plans(filled.engine) as told:
        with filled.reading() as connection:
            list(RecordReader(filled, connection).executions(rows))
        one_execution(filled, rows[0].name)
        next_executions(filled, ExecutionFilter(), rows[-1].id - 1, 10)
        batch_end(filled, batch_id)
    assert [each for each in told if IN_ORDER.search(each)] == []
