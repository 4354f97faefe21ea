"""Results of candidates, as an engine makes them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from sandboxes.model import Compilation, Usage
from tests.support.console_entries import execution
from tests.unit.execution.fakes import LIMITS
from verifierd import model
from verifierd.model import Batch, BatchOptions, Candidate, CandidateResult, Cost, Problem, StdioTest, Verdict

SECOND_NS = 1_000_000_000
QUEUED_AT_NS = 1_790_000_000 * SECOND_NS
BATCH = Batch(
    "batch-1",
    "request-1",
    Problem("sums", tuple(model.TestCase(f"t{n}", StdioTest(b"", b"")) for n in range(10)), LIMITS),
    BatchOptions(),
    None,
)
CANDIDATE = Candidate("c0", "python", "print(1)")
COST = Cost(
    cpu_time_ns=2 * SECOND_NS,
    wall_time_ns=3 * SECOND_NS,
    memory_byte_ns=5 * SECOND_NS,
    executions=10,
    executions_saved=4,
    cache_hits=1,
    money_usd=0.5,
    generation_usd=0.25,
)


def result(*verdicts: Verdict, duplicate_of: str = "", attempts: int = 1) -> CandidateResult:
    """A candidate that waited 1 s, compiled for 0.5 s and then ran each test for 0.25 s, 0.125 s apart."""
    at_ns = QUEUED_AT_NS + SECOND_NS
    built = Compilation(Usage(1, 1, 1), at_ns, at_ns + SECOND_NS // 2)
    at_ns = built.ended_at_ns
    runs = []
    for number, verdict in enumerate(verdicts):
        ran = replace(
            execution(number, verdict, at_ns, Random(number)),
            queued_at_ns=QUEUED_AT_NS,
            started_at_ns=at_ns,
            ended_at_ns=at_ns + SECOND_NS // 4,
            compilation=None if number else built,
            attempts=attempts,
        )
        runs.append(ran)
        at_ns = ran.ended_at_ns + SECOND_NS // 8
    failed = next((each for each in verdicts if each is not Verdict.ACCEPTED), Verdict.ACCEPTED)
    return CandidateResult("c0", failed, "", duplicate_of, tuple(runs), 0, len(runs), 1, 1, 1)
