"""Probe inputs as the judge sees them: tests that expect nothing, of which only the behaviour counts."""

from __future__ import annotations

from typing import assert_never

from verifierd.model import (
    CallProbe,
    CallTest,
    ExecutionResult,
    ProbeInput,
    ProbeResult,
    StdinProbe,
    StdioTest,
    TestBody,
    TestCase,
    TestRole,
    Verdict,
)
from verifierd.model.sizes import bytes_of

# What these say is that the program came to an answer: compared with nothing, it may have any verdict.
_ANSWERED = frozenset({Verdict.ACCEPTED, Verdict.WRONG_ANSWER})
MAX_ANSWER_CHARS = 200
MAX_VALUE_BYTES = 1024
NOT_RUN = frozenset({Verdict.SKIPPED, Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR})


def case_of(probe: ProbeInput) -> TestCase:
    """Return a probe input as a test that judges nobody."""
    return TestCase(probe.id, _body(probe), TestRole.GENERATED)


def seen(execution: ExecutionResult, probe: ProbeInput) -> ProbeResult:
    """Return what a candidate did on a probe input, given as the result of its case."""
    failed = execution.verdict not in _ANSWERED
    answer, is_cut = ("", False) if failed else _answer(execution, probe)
    return ProbeResult(
        probe_id=execution.test_id,
        killed_by=execution.killed_by,
        failed=failed,
        behaviour=execution.behaviour,
        cpu_time_ns=execution.cpu_time_ns,
        wall_time_ns=execution.wall_time_ns,
        peak_memory_bytes=execution.peak_memory_bytes,
        compilation=execution.compilation,
        is_ours=execution.verdict is Verdict.INFRASTRUCTURE_ERROR,
        was_run=execution.verdict not in NOT_RUN,
        from_cache=execution.from_cache,
        answer=answer,
        answer_is_cut=is_cut,
    )


def differ(first: ProbeResult, second: ProbeResult) -> bool:
    """Tell whether two runs on the same input show that a program does not always do the same.

    A failure of ours shows nothing. What is comparable to nothing does not show it either: its class may
    have no value form.
    """
    if first.is_ours or second.is_ours:
        return False
    return first.behaviour != second.behaviour


def _answer(execution: ExecutionResult, probe: ProbeInput) -> tuple[str, bool]:
    """Return what a program answered, for people to read, and whether that is only the beginning of it.

    Of a value that is large there is nothing: to write it out takes time, and its text says little.
    """
    if isinstance(probe.body, CallProbe):
        if execution.actual is None or bytes_of(execution.actual[0], MAX_VALUE_BYTES) >= MAX_VALUE_BYTES:
            return "", True
        told = repr(execution.actual[0])
        return told[:MAX_ANSWER_CHARS], len(told) > MAX_ANSWER_CHARS
    kept = execution.stdout[:MAX_ANSWER_CHARS]
    return kept.decode(errors="backslashreplace"), len(kept) < execution.stdout_total_bytes


def _body(probe: ProbeInput) -> TestBody:
    match probe.body:
        case StdinProbe(stdin=stdin):
            return StdioTest(stdin, b"")
        case CallProbe(function=function, args=args, kwargs=kwargs, class_name=class_name):
            return CallTest(function, args, kwargs, None, class_name)
        case _:
            assert_never(probe.body)
