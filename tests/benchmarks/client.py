"""`python -m tests.benchmarks.client ADDRESS WORK COUNT`: a client process, which says how long it took.

It makes the work before the clock starts, verifies some other candidates first so that every sandbox has
served once, and writes one JSON object: seconds, its own CPU seconds, the verdict of each candidate, and
where the sandboxes' time went.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.benchmarks.works import WORKS, Batch
from verifierd_client import CandidateResult, Options, Verifier

BATCHES_AT_A_TIME = 4
WARMING = 4


def main(address: str, work: str, count: int) -> dict[str, Any]:
    """Verify the work, as many batches at a time as an evaluation does."""
    batches = WORKS[work](count)
    verdicts: dict[str, str] = {}
    stages: dict[str, float] = defaultdict(float)
    with Verifier(address) as verifier, ThreadPoolExecutor(BATCHES_AT_A_TIME) as threads:

        def one(batch: Batch) -> tuple[dict[str, str], dict[str, float]]:
            of_batch: dict[str, str] = {}
            stages_s: dict[str, float] = defaultdict(float)
            for result in verifier.stream(batch.problem, batch.candidates(), Options()):
                of_batch[f"{batch.problem.id} {result.candidate_id}"] = result.verdict.value
                _add_stages(stages_s, result)
            return of_batch, stages_s

        deque(threads.map(one, WORKS["tiny"](WARMING)), maxlen=0)
        began_s, cpu_began_s = time.monotonic(), cpu_s()
        for of_batch, stages_s in threads.map(one, batches):
            verdicts |= of_batch
            for stage, seconds in stages_s.items():
                stages[stage] += seconds
        return {
            "took_s": time.monotonic() - began_s,
            "cpu_s": cpu_s() - cpu_began_s,
            "verdicts": verdicts,
            "stages_s": stages,
        }


def _add_stages(stages: dict[str, float], result: CandidateResult) -> None:
    """Add where the time of a candidate's executions went, as its results say."""
    if result.duplicate_of:
        return
    first = result.executions[0]
    if first.queued_at is not None and first.started_at is not None:
        stages["queue"] += first.started_at - first.queued_at
    for execution in result.executions:
        stages["run"] += execution.usage.wall_time_s
        if execution.compile_started_at is not None and execution.compile_ended_at is not None:
            stages["compile"] += execution.compile_ended_at - execution.compile_started_at


def cpu_s() -> float:
    """Return the CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))  # noqa: T201
