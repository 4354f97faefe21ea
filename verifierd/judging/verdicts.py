"""The verdict table: how a run ended, and what that is called.

| ending | verdict |
|---|---|
| CPU_LIMIT, WALL_LIMIT | TIME_LIMIT_EXCEEDED |
| MEMORY_LIMIT, or a MemoryError that nobody caught | MEMORY_LIMIT_EXCEEDED |
| OUTPUT_LIMIT, or more output than was kept | OUTPUT_LIMIT_EXCEEDED |
| COMPILE_FAILED | COMPILE_ERROR |
| ASSERTION_FAILED | WRONG_ANSWER |
| RAISED in an `answer` test: the text made its reader fail | WRONG_ANSWER |
| RAISED otherwise, a signal, an exit code other than 0, no value returned by a `call` | RUNTIME_ERROR |
| FINISHED without the file that was to hold the output | WRONG_ANSWER |
| FINISHED | the checker's word, or the interactor's; for `asserts`, which judge themselves, ACCEPTED |
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from sandboxes.model import Ending, Limits, Outcome
from verifierd.judging.files import missing_output
from verifierd.judging.showing import printable
from verifierd.model import AnswerTest, CallTest, KilledBy, TestBody, Verdict

DETAIL_CHARS = 500
LAST_WORDS_BYTES = 1 << 14
# As the runtimes of Java, JavaScript, Go, Rust and PHP begin it.
NAMES_AN_ERROR = re.compile(
    r"^(?:Exception in thread .*|Caused by: .*|panic: .*|thread '.*' panicked at .*|PHP Fatal error: .*"
    r"|(?:\w+[.:$])*\w*(?:Error|Exception)\b.*)$",
    re.MULTILINE,
)

KILLED_BY = {
    Ending.CPU_LIMIT: KilledBy.CPU_LIMIT,
    Ending.WALL_LIMIT: KilledBy.WALL_LIMIT,
    Ending.MEMORY_LIMIT: KilledBy.MEMORY_LIMIT,
    Ending.OUTPUT_LIMIT: KilledBy.OUTPUT_LIMIT,
}

_BY_ENDING = {
    Ending.CPU_LIMIT: Verdict.TIME_LIMIT_EXCEEDED,
    Ending.WALL_LIMIT: Verdict.TIME_LIMIT_EXCEEDED,
    Ending.MEMORY_LIMIT: Verdict.MEMORY_LIMIT_EXCEEDED,
    Ending.OUTPUT_LIMIT: Verdict.OUTPUT_LIMIT_EXCEEDED,
    Ending.COMPILE_FAILED: Verdict.COMPILE_ERROR,
    Ending.ASSERTION_FAILED: Verdict.WRONG_ANSWER,
    Ending.RAISED: Verdict.RUNTIME_ERROR,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A verdict that needs no checker, and why, for a person."""

    verdict: Verdict
    detail: str


def failure(outcome: Outcome, test: TestBody, limits: Limits) -> Failure | None:
    """Return how a run failed by its ending alone; None where its output decides."""
    verdict = _verdict(outcome, test)
    if verdict is not None:
        return Failure(verdict, _detail(verdict, outcome, limits))
    missing = missing_output(test, outcome)
    return None if missing is None else Failure(Verdict.WRONG_ANSWER, missing)


def _verdict(outcome: Outcome, test: TestBody) -> Verdict | None:
    if outcome.ending is Ending.RAISED and outcome.raised and outcome.raised.class_name == "MemoryError":
        return Verdict.MEMORY_LIMIT_EXCEEDED
    if outcome.ending is Ending.RAISED and isinstance(test, AnswerTest):
        return Verdict.WRONG_ANSWER
    if outcome.ending is not Ending.FINISHED:
        return _BY_ENDING[outcome.ending]
    if outcome.stdout_total_bytes > len(outcome.stdout):
        return Verdict.OUTPUT_LIMIT_EXCEEDED
    if outcome.exit_code or outcome.term_signal or (isinstance(test, CallTest) and outcome.value is None):
        return Verdict.RUNTIME_ERROR
    return None


def _detail(verdict: Verdict, outcome: Outcome, limits: Limits) -> str:
    cpu_s, wall_s = outcome.usage.cpu_time_ns / 1e9, outcome.usage.wall_time_ns / 1e9
    if outcome.ending is Ending.CPU_LIMIT:
        return f"used {cpu_s:.2f} s of CPU time; the limit is {limits.cpu_time_ns / 1e9:g} s"
    if outcome.ending is Ending.WALL_LIMIT:
        limit_s = limits.wall_time_ns / 1e9
        if outcome.is_deadlock:
            return (
                "deadlock: the program and the interactor waited for each other until the wall limit of "
                f"{limit_s:g} s; a line was not written, or not flushed"
            )
        return (
            f"still ran after {wall_s:.2f} s with {cpu_s:.2f} s of CPU time; the wall limit is {limit_s:g} s"
        )
    if verdict is Verdict.MEMORY_LIMIT_EXCEEDED:
        return f"needed more memory than the limit of {limits.memory_bytes / 2**20:g} MiB"
    if verdict is Verdict.OUTPUT_LIMIT_EXCEEDED:
        return _too_much(outcome, limits)
    return _own_words(outcome)


def _too_much(outcome: Outcome, limits: Limits) -> str:
    written_bytes = max(outcome.stdout_total_bytes, outcome.stderr_total_bytes)
    if written_bytes <= limits.output_bytes < outcome.left_total_bytes:
        said = f"left {outcome.left_total_bytes} bytes in the files that the test looks at"
    elif written_bytes <= limits.output_bytes < outcome.result_total_bytes:
        said = f"gave a result of {outcome.result_total_bytes} bytes or more"
    else:
        said = f"wrote {written_bytes} bytes of output"
    return f"{said}; the limit is {limits.output_bytes} bytes"


def _own_words(outcome: Outcome) -> str:
    """Return what the program said of its end: exception, signal, exit code, or a last line of stderr.

    Below the line that names an error many runtimes say where it came from, or what else could be done.
    """
    if outcome.raised is not None:
        message = f": {outcome.raised.message}" if outcome.raised.message else ""
        return printable(outcome.raised.class_name + message, DETAIL_CHARS)
    if outcome.term_signal:
        return f"ended by signal {outcome.term_signal} ({_signal_name(outcome.term_signal)})"
    last_words = outcome.stderr[-LAST_WORDS_BYTES:].decode("utf-8", "backslashreplace").strip()
    *_, line = NAMES_AN_ERROR.findall(last_words) or [last_words.rpartition("\n")[2]]
    last_line = printable(line, DETAIL_CHARS)
    if outcome.exit_code:
        return f"exit code {outcome.exit_code}" + (f": {last_line}" if last_line else "")
    if outcome.ending is Ending.FINISHED:
        return "ended without returning a value"
    return last_line or outcome.ending.value.replace("_", " ")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unnamed"
