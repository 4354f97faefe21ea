"""A few batches, as different as lists and searches can tell apart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from tests.support.entries import BEGAN_NS, begun, execution, judged
from verifierd.audit.entries import Asker, BatchBegun, CandidateJudged, Entry
from verifierd.model import Verdict

STEP_NS = 1_000_000_000
VERDICTS = (Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.RUNTIME_ERROR, Verdict.INFRASTRUCTURE_ERROR)
WORDS = ("alpha", "beta", "gamma_x", "Delta")


def varied_entries(batches: int = 8, candidates: int = 6, tests: int = 3, seed: int = 7) -> Iterator[Entry]:
    """Yield batches and candidates that differ in all that can be asked for, in the order of time."""
    chosen = random.Random(seed)
    now_ns = BEGAN_NS
    for number in range(batches):
        now_ns += chosen.randrange(3) * STEP_NS
        batch = begun(
            f"{chosen.getrandbits(64):016x}",
            problem_id=chosen.choice("pq"),
            asker=Asker("peer", chosen.choice(("", "lab"))),
            labels={"run": chosen.choice("12")},
            is_durable=chosen.random() < 0.5,
            request_id=f"request {number}",
            submitted_at_ns=now_ns,
        )
        yield batch
        for position in range(candidates):
            now_ns += chosen.randrange(3) * STEP_NS
            yield _candidate(chosen, batch, position, tests, now_ns)


def _candidate(
    chosen: random.Random, batch: BatchBegun, position: int, tests: int, now_ns: int
) -> CandidateJudged:
    executions = tuple(
        execution(f"t{number}", chosen.choice(VERDICTS), sandbox_id=chosen.choice(("s-1", "s-2", "s-3")))
        for number in range(tests)
    )
    entry = judged(
        position,
        batch.batch_id,
        verdict=chosen.choice(VERDICTS),
        source="\n".join(chosen.sample(WORDS, 2)),
        executions=executions,
        duplicate_of="c0" if position and chosen.random() < 0.2 else "",
    )
    language = chosen.choice(("python", "cpp17"))
    return replace(
        entry,
        occurred_at_ns=now_ns,
        candidate=replace(entry.candidate, language=language),
        worker_id=chosen.choice(("w-1", "w-2")),
    )
