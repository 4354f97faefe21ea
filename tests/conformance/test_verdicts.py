"""Each limit and each way to end has its verdict, whatever the backend."""

from __future__ import annotations

import pytest

from tests.conformance.cases import SMALL, Case, judge, run
from tests.conformance.verdict_cases import CASES
from verifierd_client import CandidateResult, Limits, Output, Verdict, Verifier


@pytest.fixture(scope="module")
def found(verifier: Verifier) -> dict[str, CandidateResult]:
    return judge(verifier, CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_names_what_ended_the_program(found: dict[str, CandidateResult], name: str) -> None:
    case, result = CASES[name], found[name]
    assert result.verdict is case.verdict, result
    assert case.detail in result.detail
    if case.verdict is Verdict.NO_CODE:
        assert result.executions == ()
        return
    (execution,) = result.executions
    assert execution.killed_by is case.killed_by, execution
    assert case.exit_code in (None, execution.exit_code), execution
    assert execution.term_signal == case.term_signal or case.verdict is Verdict.MEMORY_LIMIT_EXCEEDED


def test_what_was_written_before_the_limit_is_kept_and_what_is_missing_is_said(verifier: Verifier) -> None:
    written = 40_000
    source = f"import os, time\nos.write({{fd}}, bytes(range(100)) * {written // 100})\ntime.sleep(60)"
    out, err = (run(verifier, source.format(fd=fd), limits=SMALL)[0] for fd in (1, 2))
    for cut, whole in ((out.stdout, out.stderr), (err.stderr, err.stdout)):
        assert cut.content == bytes(range(100)) * 100
        assert cut.truncated
        assert cut.total_bytes == written
        assert whole == Output(b"", 0, False)


def test_output_is_kept_at_every_other_end_too(verifier: Verifier) -> None:
    limits = Limits(cpu_time_s=0.3, wall_time_s=1.0, memory_bytes=SMALL.memory_bytes)
    before = "import sys, os, time\nprint('out', flush=True)\nprint('err', file=sys.stderr, flush=True)\n"
    ends = {
        "CPU": "while True: pass",
        "wall": "time.sleep(60)",
        "memory": "kept = b'x' * (1 << 28)",
        "signal": "os.abort()",
        "exit": "os._exit(3)",
    }
    cases = {name: Case(before + end, limits=limits) for name, end in ends.items()}
    for name, result in judge(verifier, cases).items():
        (execution,) = result.executions
        assert not result.passed, name
        assert execution.stdout == Output(b"out\n", 4, False), name
        assert execution.stderr == Output(b"err\n", 4, False), name


def test_a_program_that_wrote_too_much_is_told_so_however_it_ends(verifier: Verifier) -> None:
    # So little that the pipe holds all of it before anybody reads, and the end follows at once.
    source = "import os\nos.write(1, bytes(60_000))\nos._exit(1)"
    cases = {
        str(n): Case(f"{source} # {n}", limits=Limits(cpu_time_s=1.0, output_bytes=20_000)) for n in range(60)
    }
    verdicts = {result.verdict for result in judge(verifier, cases).values()}
    assert verdicts == {Verdict.OUTPUT_LIMIT_EXCEEDED}
