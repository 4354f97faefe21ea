"""A store as large as a year of use makes it: batches of a sampler, their programs, outputs and words."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from tests.support.entries import BEGAN_NS, begun, ended, execution, judged
from verifierd.audit.appending import append, prepare
from verifierd.audit.entries import CandidateJudged, Entry
from verifierd.audit.store import Store
from verifierd.model import Verdict

AT_A_TIME = 500
CANDIDATES, TESTS = 100, 10
BATCH_NS = 60_000_000_000
PROBLEMS, SANDBOXES, WORDS = 164, 32, 4000
VERDICTS = (Verdict.WRONG_ANSWER, Verdict.RUNTIME_ERROR, Verdict.TIME_LIMIT_EXCEEDED)
VERDICT_SHARES = (70, 25, 5)


@dataclass(frozen=True, slots=True)
class Large:
    """What a large store holds, to ask for some of it at random."""

    batch_ids: tuple[str, ...]
    records: int
    words: tuple[str, ...]


def fill(store: Store, executions: int, advance: Callable[[int], None], seed: int = 1) -> Large:
    """Fill a store with about so many executions; `advance` is told of each some of them."""
    chosen = random.Random(seed)
    words = tuple(f"name_{number:04d}" for number in range(WORDS))
    batch_ids = tuple(
        f"{chosen.getrandbits(128):032x}" for _ in range(max(1, executions // (CANDIDATES * TESTS)))
    )
    waiting = _entries(chosen, batch_ids, words)
    records = 0
    while group := [prepare(each) for each in islice(waiting, AT_A_TIME)]:
        with store.writing() as connection:
            append(connection, store.blobs, group)
        records += len(group)
        advance(sum(isinstance(each.entry, CandidateJudged) for each in group) * TESTS)
    return Large(batch_ids, records, words)


def _entries(chosen: random.Random, batch_ids: tuple[str, ...], words: tuple[str, ...]) -> Iterator[Entry]:
    for number, batch_id in enumerate(batch_ids):
        at_ns = BEGAN_NS + number * BATCH_NS
        problem = f"HumanEval/{chosen.randrange(PROBLEMS)}"
        yield begun(
            batch_id,
            problem_id=problem,
            submitted_at_ns=at_ns,
            candidates_total=CANDIDATES,
            problem=problem.encode() * 100,
        )
        for position in range(CANDIDATES):
            at_ns += BATCH_NS // CANDIDATES // 2
            yield replace(_candidate(chosen, batch_id, position, words), occurred_at_ns=at_ns)
        end = ended(batch_id, CANDIDATES)
        yield replace(end, occurred_at_ns=at_ns)


def _candidate(
    chosen: random.Random, batch_id: str, position: int, words: tuple[str, ...]
) -> CandidateJudged:
    # Few words are common and most are rare, as in programs.
    names = [words[int(chosen.random() ** 3 * len(words))] for _ in range(20)]
    source = "def solve(values):\n" + "\n".join(
        f"    {name} = values[{chosen.randrange(99)}] + {chosen.randrange(9999)}" for name in names
    )
    is_right = chosen.random() < 0.6
    first_wrong = TESTS if is_right else chosen.randrange(TESTS)
    wrong = chosen.choices(VERDICTS, VERDICT_SHARES)[0]
    sandbox_id = f"sandbox-{chosen.randrange(SANDBOXES)}"
    executions = tuple(
        execution(
            f"t{number}",
            Verdict.ACCEPTED if number < first_wrong else wrong,
            stdout=f"{chosen.randrange(10**9)}\n".encode(),
            cpu_time_ns=chosen.randrange(1_000_000, 90_000_000),
            sandbox_id=sandbox_id,
        )
        for number in range(TESTS)
    )
    verdict = Verdict.ACCEPTED if is_right else wrong
    return judged(position, batch_id, verdict=verdict, source=source, executions=executions)
