"""What a store holds for the console's tests: batches as they are, large and odd ones, and hostile ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from random import Random

from sandboxes.model import Compilation, Limits, Usage
from verifier.v1 import problem_pb2
from verifierd.audit.entries import Asker, BatchBegun, BatchEnded, CandidateJudged, Entry
from verifierd.model import (
    BatchFinished,
    BatchOptions,
    Candidate,
    CandidateResult,
    Cluster,
    Cost,
    Estimate,
    ExecutionResult,
    KilledBy,
    Pick,
    ProbeResult,
    SelectionSpec,
    SuiteReport,
    TestSignal,
    Verdict,
)

SECOND = 1_000_000_000
NOW_NS = 1_790_000_000 * SECOND
LIMITS = Limits(2 * SECOND, 8 * SECOND, 256 << 20, 1 << 20, 64, 64, 64 << 20)

RIGHT = '''"""Sum the numbers of a line."""

import sys


def total(line: str) -> int:
    # Blanks part the numbers; an empty line adds up to nothing.
    return sum(int(part) for part in line.split())


for line in sys.stdin:
    print(total(line))
'''
WRONG = RIGHT.replace("int(part) for", "abs(int(part)) for").replace("nothing", "zero")
CRASH = RIGHT.replace("line.split()", 'line.split(",")')
SLOW = "import sys\n\nwhile True:\n    pass\n"
BROKEN = "def total(line:\n    return 0\n"

HOSTILE = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "'><svg/onload=window.hacked=1>",
    "</pre></code></title></textarea></style></script><script>window.hacked=1</script>",
    "javascript:window.hacked=1",
    "{{ 7+7 }}{% raw %}${7+7}<%= 7+7 %>",
    '" hx-get="/search" hx-trigger="load" onfocus="window.hacked=1" autofocus="',
    "<a href='javascript:window.hacked=1' id=hacked>x</a><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "\u202e\u2066txt.exe\u2069 \x1b[31mred\x1b[0m \x00\x07 \ud800 \u200b\ufeff",
    "&lt;script&gt;&#x3c;img src=x onerror=window.hacked=1&#x3e;",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=hacked=1&gt;'>",
)


def problem_message(problem_id: str, tests: int = 6) -> bytes:
    """Return a stored problem: sums of a line's numbers."""
    message = problem_pb2.Problem(id=problem_id)
    for number in range(tests):
        test = message.tests.add(id=f"sum-{number}")
        test.stdio.stdin = f"{number} 2 3\n-4 {number}\n".encode()
        test.stdio.expected_stdout = f"{number + 5}\n{number - 4}\n".encode()
    return message.SerializeToString()


def execution(number: int, verdict: Verdict, at_ns: int, random: Random, sandbox: int = 0) -> ExecutionResult:
    """Return a run of a test, with what a run of such a verdict leaves."""
    right = f"{number + 5}\n{number - 4}\n"
    wrong = f"{number + 5}\n{number + 4}\n"
    cpu_ns = (
        int(random.lognormvariate(16.5, 0.5)) if verdict is not Verdict.TIME_LIMIT_EXCEEDED else 2 * SECOND
    )
    stdout = {Verdict.ACCEPTED: right, Verdict.WRONG_ANSWER: wrong}.get(verdict, "")
    return ExecutionResult(
        test_id=f"sum-{number}",
        verdict=verdict,
        checker="tokens@1" if stdout else "",
        detail={
            Verdict.WRONG_ANSWER: f"line 2: expected '{number - 4}', got '{number + 4}'",
            Verdict.RUNTIME_ERROR: "ValueError: invalid literal for int() with base 10: '0 2 3'",
            Verdict.TIME_LIMIT_EXCEEDED: "used its CPU limit of 2 s",
        }.get(verdict, ""),
        exit_code={Verdict.ACCEPTED: 0, Verdict.WRONG_ANSWER: 0, Verdict.RUNTIME_ERROR: 1}.get(verdict),
        term_signal=9 if verdict is Verdict.TIME_LIMIT_EXCEEDED else None,
        killed_by=KilledBy.CPU_LIMIT if verdict is Verdict.TIME_LIMIT_EXCEEDED else KilledBy.NOBODY,
        stdout=stdout.encode(),
        stdout_total_bytes=len(stdout),
        stderr=b'Traceback (most recent call last):\n  File "main.py", line 12\nValueError\n'
        if verdict is Verdict.RUNTIME_ERROR
        else b"",
        stderr_total_bytes=70 if verdict is Verdict.RUNTIME_ERROR else 0,
        actual=None,
        behaviour=sha256(stdout.encode()).hexdigest() if stdout else None,
        cpu_time_ns=cpu_ns,
        wall_time_ns=cpu_ns + 3_000_000,
        peak_memory_bytes=random.randrange(8 << 20, 20 << 20),
        queued_at_ns=at_ns,
        started_at_ns=at_ns + 4_000_000,
        ended_at_ns=at_ns + 7_000_000 + cpu_ns,
        attempts=1,
        sandbox_id=f"sandbox-{sandbox}",
        backend="bubblewrap",
        image_digest="sha256:" + "5f" * 32,
        compilation=Compilation(Usage(2_000_000, 2_500_000, 1 << 20), at_ns + 1_000_000, at_ns + 3_500_000)
        if number == 0
        else None,
    )


def judged(
    batch_id: str,
    position: int,
    source: str,
    verdicts: Sequence[Verdict],
    at_ns: int,
    random: Random,
    language: str = "python",
) -> CandidateJudged:
    """Return a candidate's record, its verdict the first of these that is not ACCEPTED."""
    start = at_ns
    runs = []
    for number, verdict in enumerate(verdicts):
        runs.append(execution(number, verdict, start, random, position % 4))
        start = runs[-1].ended_at_ns
    verdict = next((each for each in verdicts if each is not Verdict.ACCEPTED), Verdict.ACCEPTED)
    cpu_ns = sum(each.cpu_time_ns for each in runs)
    program_sha256 = sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    result = CandidateResult(
        candidate_id=f"sample-{position:04}",
        verdict=verdict,
        detail=next((each.detail for each in runs if each.detail), ""),
        duplicate_of="",
        executions=tuple(runs),
        tests_passed=sum(each is Verdict.ACCEPTED for each in verdicts),
        tests_total=len(verdicts),
        cpu_time_ns=cpu_ns,
        wall_time_ns=sum(each.wall_time_ns for each in runs),
        peak_memory_bytes=max((each.peak_memory_bytes for each in runs), default=0),
        probes=(_probe(source, program_sha256),),
    )
    return CandidateJudged(
        batch_id=batch_id,
        position=position,
        event_sequence=position + 2,
        occurred_at_ns=start,
        candidate=Candidate(result.candidate_id, language, source),
        program_sha256=program_sha256,
        result=result,
        cost=Cost(cpu_ns, cpu_ns, 1 << 54, len(runs), 0, 0, cpu_ns / SECOND * 2e-5),
        worker_id=f"worker-{position % 2}",
        redactions=2 if position % 5 == 3 else 0,
    )


def _probe(source: str, program_sha256: str) -> ProbeResult:
    """Return what a program did on the one probe input, told apart from every other program."""
    answer = f"{len(source) % 50}\n{source if source in HOSTILE else ''}"
    return ProbeResult("probe-0", KilledBy.NOBODY, False, program_sha256, 1, 1, 1, answer=answer)


def begun(batch_id: str, at_ns: int, candidates: int, problem_id: str = "sums/blank-parted") -> BatchBegun:
    """Return the record that a batch begins with."""
    problem = problem_message(problem_id)
    return BatchBegun(
        batch_id=batch_id,
        request_id=f"request-of-{batch_id}",
        asker=Asker("ipv4:10.0.0.7:51324", "research", "4bf92f3577b34da6a3ce929d0e0e4736"),
        is_durable=True,
        problem_id=problem_id,
        problem_sha256=sha256(problem).hexdigest(),
        limits=LIMITS,
        options=BatchOptions(),
        selection=SelectionSpec("posterior", 2),
        submitted_at_ns=at_ns,
        candidates_total=candidates,
        labels={"run": "nightly-7", "model": "small-coder"},
        problem=problem,
    )


def ended(batch_id: str, candidates: Sequence[CandidateJudged], at_ns: int) -> BatchEnded:
    """Return the record that a batch ends with: clusters by source, one pick from each of the first two."""
    by_source: dict[str, list[CandidateJudged]] = {}
    for each in candidates:
        by_source.setdefault(each.program_sha256, []).append(each)
    groups = sorted(by_source.values(), key=len, reverse=True)
    clusters = tuple(
        Cluster(
            group[0].program_sha256[:16],
            tuple(each.candidate.id for each in group),
            group[0].result.verdict,
            0.9 * len(group) / len(candidates),
        )
        for group in groups
    )
    counts = {each: sum(one.result.verdict is each for one in candidates) for each in Verdict}
    return BatchEnded(
        event_sequence=len(candidates) + 2,
        occurred_at_ns=at_ns,
        event=BatchFinished(
            batch_id=batch_id,
            verdict_counts={verdict: count for verdict, count in counts.items() if count},
            clusters=clusters,
            picks=tuple(
                Pick(each.candidate_ids[0], "posterior", each.id, each.probability) for each in clusters[:2]
            ),
            cost=Cost(
                cpu_time_ns=sum(each.cost.cpu_time_ns for each in candidates),
                wall_time_ns=sum(each.cost.wall_time_ns for each in candidates),
                memory_byte_ns=1 << 60,
                executions=sum(each.cost.executions for each in candidates),
                executions_saved=12,
                cache_hits=3,
                money_usd=sum(each.cost.money_usd for each in candidates),
                generation_usd=0.042,
            ),
            stop_reason="completed",
            started_at_ns=candidates[0].occurred_at_ns,
            ended_at_ns=at_ns,
            none_probability=0.08,
            suite=SuiteReport(
                false_positive_rate=Estimate(0.034, 0.011, 0.093),
                completeness=Estimate(0.985, 0.94, 0.998),
                accuracy_ceiling=Estimate(0.91, 0.84, 0.96),
                harmful_samples=2_600,
                tests=tuple(
                    TestSignal(f"sum-{number}", 40 - 6 * number, max(0, 3 - number)) for number in range(6)
                ),
                summary="About 3 in 100 wrong programs pass these tests; two of them reject nothing alone.",
            ),
        ),
    )


FATES: Sequence[tuple[str, Sequence[Verdict], int]] = (
    (RIGHT, (Verdict.ACCEPTED,) * 6, 46),
    (WRONG, (Verdict.ACCEPTED, Verdict.WRONG_ANSWER) * 3, 27),
    (CRASH, (Verdict.RUNTIME_ERROR,) * 6, 12),
    (SLOW, (Verdict.TIME_LIMIT_EXCEEDED, *(Verdict.SKIPPED,) * 5), 9),
    (BROKEN, (Verdict.COMPILE_ERROR,) * 6, 4),
)


def usual_batch(batch_id: str, at_ns: int, seed: int = 1, is_finished: bool = True) -> Iterator[Entry]:
    """Yield the records of a batch of a hundred candidates; an unfinished one is half way through."""
    random = Random(seed)
    drawn = random.choices(FATES, [fate[2] for fate in FATES], k=100)
    yield begun(batch_id, at_ns, len(drawn), f"sums/blank-parted-{seed % 3}")
    found = []
    for position, (source, verdicts, _) in enumerate(drawn if is_finished else drawn[:43]):
        # Some wrong programs are wrong in a way of their own.
        odd = f"{source}\n# variant {position}\n" if position % 9 == 0 else source
        found.append(judged(batch_id, position, odd, verdicts, at_ns + position * 200_000_000, random))
        yield found[-1]
    if is_finished:
        yield ended(batch_id, found, at_ns + 25 * SECOND)


def cancelled_batch(batch_id: str, at_ns: int) -> Iterator[Entry]:
    """Yield the records of a batch of one test that was cancelled half way, its outputs redacted.

    Its candidates are called by numbers that are not their places, and waited for minutes.
    """
    random = Random(3)
    fates = (Verdict.MEMORY_LIMIT_EXCEEDED, Verdict.OUTPUT_LIMIT_EXCEEDED, Verdict.RUNTIME_ERROR)
    first = begun(batch_id, at_ns, 60, "one/test")
    problem = problem_message("one/test", tests=1)
    yield replace(
        first,
        problem=problem,
        problem_sha256=sha256(problem).hexdigest(),
        asker=Asker("unix: grpc-python/1.85.1 grpc-c/58.0.0 (linux; chttp2)", "research"),
    )
    found = []
    for position in range(60):
        verdicts = (fates[position % 3],) if position < 29 else ()
        each = judged(batch_id, position, f"print({position})", verdicts, at_ns + 210 * SECOND, random)
        runs = tuple(
            replace(
                run,
                queued_at_ns=run.started_at_ns - 200 * SECOND,
                stdout=b"token: [redacted]\n",
                stdout_total_bytes=210 if position % 3 else LIMITS.output_bytes + 5,
            )
            for run in each.result.executions
        )
        result = replace(each.result, candidate_id=str(100 - position), executions=runs)
        if not runs:
            result = replace(result, verdict=Verdict.CANCELLED, tests_total=1, probes=())
        candidate = replace(each.candidate, id=result.candidate_id)
        found.append(replace(each, candidate=candidate, result=result, redactions=len(runs)))
        yield found[-1]
    last = ended(batch_id, found, at_ns + 240 * SECOND)
    yield replace(last, event=replace(last.event, stop_reason="cancelled", suite=None))


def hostile_batch(batch_id: str, at_ns: int) -> Iterator[Entry]:
    """Yield the records of a batch whose every text of others is an attack."""
    random = Random(7)
    first = begun(batch_id, at_ns, len(HOSTILE), HOSTILE[0])
    yield replace(
        first,
        asker=Asker(HOSTILE[1], HOSTILE[2], "0" * 32),
        labels={HOSTILE[3]: HOSTILE[4]},
        problem=b"",
        request_id=_storable(HOSTILE[5]),
    )
    found = []
    for position, text in enumerate(HOSTILE):
        name = _storable(text)
        each = judged(batch_id, position, text, (Verdict.WRONG_ANSWER,) * 2, at_ns, random)
        runs = tuple(
            replace(
                run,
                test_id=f"{number} {name}",
                detail=name,
                checker=name,
                sandbox_id=name,
                backend=name,
                image_digest=name,
                stdout=text.encode("utf-8", "surrogatepass"),
                stderr=name.encode(),
                actual=((text, [name]),) if number else None,
            )
            for number, run in enumerate(each.result.executions)
        )
        result = replace(
            each.result,
            candidate_id=f"{position} {name}",
            detail=name,
            executions=runs,
            duplicate_of=name if position % 2 else "",
        )
        candidate = replace(each.candidate, id=result.candidate_id)
        found.append(replace(each, candidate=candidate, result=result))
        yield found[-1]
    last = ended(batch_id, found, at_ns + SECOND)
    assert last.event.suite is not None
    yield replace(
        last,
        event=replace(
            last.event,
            suite=replace(last.event.suite, summary=HOSTILE[0], tests=(TestSignal(HOSTILE[1], 2, 1),)),
            picks=tuple(replace(pick, rule=HOSTILE[0]) for pick in last.event.picks),
        ),
    )


def _storable(text: str) -> str:
    """Return a text as identifiers and details may be: no halves of surrogate pairs, no NUL."""
    return text.encode(errors="replace").decode().replace("\0", "")
