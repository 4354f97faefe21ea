"""A called function and one that a test program asks get the verdicts that whole programs get."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conformance.cases import SMALL
from verifierd_client import (
    AssertsTest,
    CallTest,
    Candidate,
    CandidateResult,
    KilledBy,
    Problem,
    Verdict,
    Verifier,
)

LIMITS = replace(SMALL, wall_time_s=2.5)
KINDS: dict[str, CallTest | AssertsTest] = {
    "call": CallTest("f", (1,), 2),
    "asserts": AssertsTest("assert f(1) == 2"),
}
FAILED = (Verdict.RUNTIME_ERROR, KilledBy.NOBODY)
# What `f` does with its argument `n`.
BODIES = {
    "return n + 1": (Verdict.ACCEPTED, KilledBy.NOBODY),
    "return n": (Verdict.WRONG_ANSWER, KilledBy.NOBODY),
    "while True: pass": (Verdict.TIME_LIMIT_EXCEEDED, KilledBy.CPU_LIMIT),
    "os.fork()\n    while True: pass": (Verdict.TIME_LIMIT_EXCEEDED, KilledBy.CPU_LIMIT),
    "time.sleep(60)": (Verdict.TIME_LIMIT_EXCEEDED, KilledBy.WALL_LIMIT),
    "kept = b'x' * (1 << 28)": (Verdict.MEMORY_LIMIT_EXCEEDED, KilledBy.MEMORY_LIMIT),
    "if os.fork() == 0: b'x' * (1 << 28)\n    os.wait()\n    return 2": (
        Verdict.MEMORY_LIMIT_EXCEEDED,
        KilledBy.MEMORY_LIMIT,
    ),
    "kept = bytes(1 << 50)": (Verdict.MEMORY_LIMIT_EXCEEDED, KilledBy.NOBODY),
    "while True: print('x' * 999)": (Verdict.OUTPUT_LIMIT_EXCEEDED, KilledBy.OUTPUT_LIMIT),
    "return 1 / 0": FAILED,
    "return f(n)": FAILED,
    "sys.exit(0)": FAILED,
    "os._exit(0)": FAILED,
    "os.abort()": FAILED,
    "os.kill(os.getpid(), 9)": FAILED,
}
LOADED = {
    "def f(:": (Verdict.COMPILE_ERROR, KilledBy.NOBODY),
    "": (Verdict.NO_CODE, KilledBy.NOBODY),
    "def g(n): return 2": FAILED,
    "1 / 0\ndef f(n): return 2": FAILED,
    "def f(n): return 2\nraise SystemExit(0)": FAILED,
    "def f(n): return 2\nwhile True: pass": (Verdict.TIME_LIMIT_EXCEEDED, KilledBy.CPU_LIMIT),
    "f = 2": FAILED,
}
PROGRAMS = {f"import os, sys, time\ndef f(n):\n    {body}": how for body, how in BODIES.items()} | LOADED


@pytest.fixture(scope="module", params=KINDS)
def found(verifier: Verifier, request: pytest.FixtureRequest) -> dict[str, CandidateResult]:
    candidates = [Candidate(source, id=repr(source)) for source in PROGRAMS]
    result = verifier.verify(Problem("kind", [KINDS[request.param]], LIMITS), candidates)
    return {source: result[repr(source)] for source in PROGRAMS}


@pytest.mark.parametrize("source", PROGRAMS)
def test_the_verdict_names_what_ended_the_function(found: dict[str, CandidateResult], source: str) -> None:
    verdict, killed_by = PROGRAMS[source]
    result = found[source]
    assert result.verdict is verdict, result
    assert all(execution.killed_by is killed_by for execution in result.executions), result
