"""What a store of a million executions promises: how large one is, and how long a list or a search takes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.prove.harness import Figure, Line
from tests.support.entries import BEGAN_NS
from tests.support.large_stores import BATCH_NS, CANDIDATES, SANDBOXES, TESTS, Large, fill
from verifierd.audit import queries
from verifierd.audit.filters import ExecutionFilter
from verifierd.audit.lookups import one_execution
from verifierd.audit.queries import Asked, BatchFilter, CandidateFilter
from verifierd.audit.reading import batch_end
from verifierd.audit.recorded import SOURCE_AND_OUTPUTS, RecordReader
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.model import Verdict

EXECUTIONS = 1_000_000
REACH_MS = 50.0
TIMES = 300
WARMING = 10
KIB = 1 << 10

Ask = Callable[[random.Random], object]


@dataclass(frozen=True, slots=True)
class Filled:
    """The store, what is in it, and what filling it took."""

    store: Store
    large: Large
    took_s: float
    size_bytes: int


def lines(repository: Path, scratch: Path, executions: int = EXECUTIONS) -> list[Line]:
    """The lines of the proof, in the order they are measured in."""

    @cache
    def filled() -> Filled:
        return _fill(scratch / "audit.db", executions)

    def line(what: str, asks: Callable[[Filled], dict[str, Ask]]) -> Line:
        return Line(
            f"{what}, of {executions:,} executions in SQLite",
            f"p99 below {REACH_MS:.0f} ms",
            lambda: _latencies(asks(filled())),
        )

    return [
        Line(
            f"{executions:,} executions, each of ten of a candidate, with sources, outputs and words",
            "stated",
            lambda: _size(filled(), executions),
        ),
        line("a page of a list", _lists),
        line("one batch, candidate or execution with its source and outputs", _shows),
        line("a search by words", _searches),
        line("what a console draws", _figures),
    ]


def _fill(database: Path, executions: int) -> Filled:
    store = open_store(StoreSettings(str(database)))
    began = time.monotonic()
    large = fill(store, executions, lambda _: None)
    took_s = time.monotonic() - began
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    size_bytes = sum(each.stat().st_size for each in database.parent.rglob("*") if each.is_file())
    return Filled(store, large, took_s, size_bytes)


def _size(filled: Filled, executions: int) -> Figure:
    each_bytes = filled.size_bytes / executions
    rate = executions / filled.took_s
    text = f"{each_bytes:.0f} bytes an execution, {filled.size_bytes / KIB**3:.2f} GiB; {rate:,.0f} a second"
    facts = {"bytes": filled.size_bytes, "seconds": filled.took_s, "records": filled.large.records}
    return Figure(text, True, facts)


def _latencies(asks: dict[str, Ask]) -> Figure:
    """Ask each question many times, with other words each time."""
    p99s = {name: _p99_ms(ask) for name, ask in asks.items()}
    slowest = max(p99s, key=lambda name: p99s[name])
    return Figure(f"{p99s[slowest]:.1f} ms ({slowest})", p99s[slowest] < REACH_MS, {"p99_ms": p99s})


def _p99_ms(ask: Ask) -> float:
    chosen = random.Random(3)
    for _ in range(WARMING):
        ask(chosen)
    took_ns: list[int] = []
    for _ in range(TIMES):
        began = time.perf_counter_ns()
        ask(chosen)
        took_ns.append(time.perf_counter_ns() - began)
    return sorted(took_ns)[int(0.99 * TIMES)] / 1e6


def _lists(filled: Filled) -> dict[str, Ask]:
    store, large = filled.store, filled.large

    def executions(make: Callable[[random.Random], ExecutionFilter], size: int = 100) -> Ask:
        tokens: dict[ExecutionFilter, str] = {}

        def ask(chosen: random.Random) -> object:
            wanted = make(chosen)  # what was asked before is asked for its next page
            with store.reading() as connection:
                page = queries.executions(connection, wanted, Asked(size, tokens.get(wanted, "")))
            tokens[wanted] = page.next_token
            return page

        return ask

    def with_records(chosen: random.Random) -> object:
        wanted = ExecutionFilter(batch_id=chosen.choice(large.batch_ids))
        with store.reading() as connection:
            rows = queries.executions(connection, wanted).items
            return list(RecordReader(store, connection).executions(rows))

    def batches(wanted: BatchFilter) -> Ask:
        def ask(chosen: random.Random) -> object:
            with store.reading() as connection:
                return queries.batches(connection, wanted)

        return ask

    def candidates(chosen: random.Random) -> object:
        with store.reading() as connection:
            return queries.candidates_of_batch(connection, chosen.choice(large.batch_ids))

    def some_time(chosen: random.Random) -> tuple[int, int]:
        from_ns = BEGAN_NS + chosen.randrange(len(large.batch_ids)) * BATCH_NS
        return from_ns, from_ns + 30 * BATCH_NS

    return {
        "all": executions(lambda _: ExecutionFilter()),
        "of a batch": executions(lambda chosen: ExecutionFilter(batch_id=chosen.choice(large.batch_ids))),
        "of a problem": executions(lambda chosen: ExecutionFilter(problem_id=_problem(chosen))),
        "of a candidate's name": executions(
            lambda chosen: ExecutionFilter(candidate_id=f"c{chosen.randrange(CANDIDATES)}")
        ),
        "of verdicts": executions(
            lambda _: ExecutionFilter(verdicts=(Verdict.TIME_LIMIT_EXCEEDED, Verdict.WRONG_ANSWER))
        ),
        "in a sandbox": executions(
            lambda chosen: ExecutionFilter(sandbox_id=f"sandbox-{chosen.randrange(SANDBOXES)}")
        ),
        "in a time": executions(lambda chosen: ExecutionFilter("", "", "", "", "", (), *some_time(chosen))),
        "of what is nowhere": executions(
            lambda chosen: ExecutionFilter(problem_id=_problem(chosen), test_id="none", language="cpp17")
        ),
        "a verdict of a problem in a time": executions(
            lambda chosen: ExecutionFilter(
                "", _problem(chosen), "", "", "", (Verdict.RUNTIME_ERROR,), *some_time(chosen)
            )
        ),
        "with words": executions(
            lambda chosen: ExecutionFilter(text=chosen.choice(large.words), problem_id=_problem(chosen))
        ),
        "with all that is recorded": with_records,
        "of batches": batches(BatchFilter()),
        "of finished batches so labelled": batches(BatchFilter(("finished",), labels=(("run", "8"),))),
        "of a batch's candidates": candidates,
    }


def _shows(filled: Filled) -> dict[str, Ask]:
    store, large = filled.store, filled.large

    def batch(chosen: random.Random) -> object:
        batch_id = chosen.choice(large.batch_ids)
        with store.reading() as connection:
            row = queries.batch_with_id(connection, batch_id)
        return row, batch_end(store, batch_id)

    def candidate(chosen: random.Random) -> object:
        with store.reading() as connection:
            candidate_id = f"c{chosen.randrange(CANDIDATES)}"
            row = queries.candidate_in(connection, chosen.choice(large.batch_ids), candidate_id)
            assert row is not None
            return RecordReader(store, connection, SOURCE_AND_OUTPUTS).candidate(row)

    def execution(chosen: random.Random) -> object:
        sequence = chosen.randrange(1, large.records)
        return one_execution(store, f"{sequence}.{chosen.randrange(TESTS)}", SOURCE_AND_OUTPUTS)

    return {"a batch": batch, "a candidate": candidate, "an execution": execution}


def _searches(filled: Filled) -> dict[str, Ask]:
    store, large = filled.store, filled.large

    def search(make: Callable[[random.Random], CandidateFilter]) -> Ask:
        def ask(chosen: random.Random) -> object:
            with store.reading() as connection:
                return queries.search(connection, make(chosen))

        return ask

    def some(chosen: random.Random, count: int) -> str:
        return " ".join(chosen.sample(large.words, count))

    return {
        "one word": search(lambda chosen: CandidateFilter(some(chosen, 1))),
        "the commonest word": search(lambda _: CandidateFilter("solve")),
        "two common words": search(lambda _: CandidateFilter(f"solve {large.words[0]}")),
        "two words": search(lambda chosen: CandidateFilter(some(chosen, 2))),
        "the beginning of words": search(lambda chosen: CandidateFilter(f"name_{chosen.randrange(400)}*")),
        "no such word": search(lambda _: CandidateFilter("nowhere")),
        "a word of a batch": search(
            lambda chosen: CandidateFilter(some(chosen, 1), batch_id=chosen.choice(large.batch_ids))
        ),
        "a common word with a rare verdict": search(
            lambda chosen: CandidateFilter(
                "solve", problem_id=_problem(chosen), verdicts=(Verdict.TIME_LIMIT_EXCEEDED,)
            )
        ),
    }


def _figures(filled: Filled) -> dict[str, Ask]:
    store, large = filled.store, filled.large
    until_ns = BEGAN_NS + len(large.batch_ids) * BATCH_NS

    def usage(shares: Sequence[float]) -> Ask:
        def ask(chosen: random.Random) -> object:
            length_ns = int((until_ns - BEGAN_NS) * chosen.choice(shares))
            with store.reading() as connection:
                return queries.usage_over_time(connection, until_ns - length_ns, until_ns)

        return ask

    def sandboxes(_: random.Random) -> object:
        with store.reading() as connection:
            return queries.sandboxes_in_use(connection)

    def problems(_: random.Random) -> object:
        with store.reading() as connection:
            return queries.problems(connection)

    return {
        "cost and latency over time": usage((1.0, 0.3, 0.01)),
        "sandboxes in use": sandboxes,
        "problems": problems,
    }


def _problem(chosen: random.Random) -> str:
    return f"HumanEval/{chosen.randrange(164)}"
