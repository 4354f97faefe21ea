"""What the supervisor answers of a run: the ending's name, the meters, the evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .stages import StageLost
from .watch import Facts, Party, Pipe

Answer = tuple[dict[str, Any], list[bytes]]
LAST_WORDS_BYTES = 200
LIMIT_ENDINGS = frozenset({"cpu_limit", "wall_limit", "memory_limit", "output_limit"})


class BrokenTests(Exception):
    """The test program does not compile or asks nothing of the candidate: it can judge nobody."""


class TestsLeft(Exception):
    """The test program ended its process before its end, of itself or by what it was answered."""


@dataclass(frozen=True)
class CompileFailed:
    """Why the program has no runs: what the compiler said, or what became of it."""

    class_name: str
    message: str
    facts: Facts
    cpu_time_ns: int
    peak_memory_bytes: int


@dataclass(frozen=True)
class Compiled:
    """What a compilation that came to its end took."""

    facts: Facts
    cpu_time_ns: int
    peak_memory_bytes: int

    def as_answer(self) -> dict[str, Any]:
        """Return what the answer of the first run after it tells of it."""
        return {
            "compiled": {
                "cpu_time_ns": self.cpu_time_ns,
                "wall_time_ns": self.facts.wall_time_ns,
                "peak_memory_bytes": self.peak_memory_bytes,
                "started_at_ns": self.facts.started_at_ns,
                "ended_at_ns": self.facts.ended_at_ns,
            }
        }


def run_answer(index: int, facts: Facts, party: Party) -> dict[str, Any]:
    """Read the meters and name the ending, as far as the candidate's process tells it.

    Raises:
        StageLost: the stage ended, and no limit explains it.
    """
    group, exited = party.stage.group, party.exited or {}
    cpu_time_ns = group.cpu_time_ns()
    ending = facts.limit or ("finished" if exited.get("exit_code") == 0 else "raised")
    if group.out_of_memory():
        ending = "memory_limit"
    elif cpu_time_ns >= party.cpu_limit_ns:
        ending = "cpu_limit"
    elif party.lost is not None:
        raise StageLost(party.lost)
    answer = _header(index, ending, facts, cpu_time_ns, group.peak_memory_bytes())
    return answer | {"exit_code": exited.get("exit_code"), "term_signal": exited.get("term_signal")}


def count_output(answer: dict[str, Any], pipes: Sequence[Pipe]) -> None:
    """Say how much came, and refuse a run that ended by itself just after it wrote too much."""
    for name, pipe in zip(("stdout", "stderr", "result"), pipes, strict=True):
        answer[f"{name}_total_bytes"] = pipe.total_bytes
    if answer["ending"] in ("finished", "raised") and any(pipe.over for pipe in pipes):
        answer["ending"] = "output_limit"


def name_memory_ending(answer: dict[str, Any], words: Iterable[str], said: Iterable[bytearray]) -> None:
    """Name the ending of a program whose runtime held the memory limit, and which failed and says so."""
    if answer["ending"] == "raised" and any(word.encode() in each for word in words for each in said):
        answer["ending"] = "memory_limit"


def name_asserts_ending(
    answer: dict[str, Any], candidate: Party, examiner: Party, text: bytes
) -> bytes | None:
    """Name an `asserts` run's ending by the test program's report. Returns what was raised, as a result.

    None: the candidate's own result tells it.

    Raises:
        BrokenTests: the test program does not compile or asks nothing of the candidate.
        TestsLeft: it ended its process.
        StageLost: the test program ended without a report, and not by the candidate's doing.
    """
    if answer["ending"] in LIMIT_ENDINGS:
        return None
    died = answer["exit_code"] or answer["term_signal"]
    if not text:
        if died:
            return None
        if examiner.exited is not None:
            code, signal = examiner.exited["exit_code"], examiner.exited["term_signal"]
            how = f"exit code {code}" if signal is None else f"signal {signal}"
            raise TestsLeft(f"the test program left before its end, with {how}")
        raise StageLost(examiner.lost or "the test program did not report")
    report = json.loads(text)
    if "broken" in report:
        raise BrokenTests(report["broken"])
    answer["behaviour"] = report["behaviour"]
    if "gone" in report:
        answer["ending"] = "raised"
        return None if died else _raised("ProcessEnded", report["gone"])
    if "raised" not in report:
        answer["ending"] = "finished"
        return b"{}"
    refused = report["raised"][0] == "AssertionError" and not report["by_candidate"]
    answer["ending"] = "assertion_failed" if refused else "raised"
    return _raised(*report["raised"])


def name_ending_with_tests(
    answer: dict[str, Any], at_its_end: bool, refused: list[str], output: bytes
) -> bytes:
    """Name the ending of a program that was built together with its test program. Returns the result.

    `at_its_end`: the test program came to its end and found nothing wrong. `refused` are the words by which
    an assertion that failed is known among the output, which ends with standard error.
    """
    if answer["ending"] in LIMIT_ENDINGS:
        return b""
    died = answer["exit_code"] or answer["term_signal"]
    if at_its_end and not died:
        return b"{}"
    answer["ending"] = "raised"
    if any(word.encode() in output for word in refused):
        answer["ending"] = "assertion_failed"
    if died:
        return b""
    said = output[-LAST_WORDS_BYTES:].decode("utf-8", "replace").strip()
    before = "the program ended before its test program had passed"
    return _raised("NotPassed", f"{before}; it said: {said}" if said else before)


def add_left(answer: dict[str, Any], told: list[int | str], output_bytes: int) -> None:
    """Say what the run left at the paths that were asked for, or that its files are more than is read."""
    left_bytes = sum(each for each in told if isinstance(each, int))
    if left_bytes > output_bytes:
        answer |= {"ending": "output_limit", "left_total_bytes": left_bytes}
    else:
        answer["left"] = told


def compile_answer(index: int, failed: CompileFailed) -> Answer:
    """Return the answer of a run that never began."""
    answer = _header(index, "compile_failed", failed.facts, failed.cpu_time_ns, failed.peak_memory_bytes)
    answer |= {"exit_code": None, "term_signal": None, "stdout_total_bytes": 0, "stderr_total_bytes": 0}
    return answer, [b"", b"", _raised(failed.class_name, failed.message)]


def _header(
    index: int, ending: str, facts: Facts, cpu_time_ns: int, peak_memory_bytes: int
) -> dict[str, Any]:
    return {
        "run": index,
        "ending": ending,
        "behaviour": None,
        "cpu_time_ns": cpu_time_ns,
        "wall_time_ns": facts.wall_time_ns,
        "peak_memory_bytes": peak_memory_bytes,
        "started_at_ns": facts.started_at_ns,
        "ended_at_ns": facts.ended_at_ns,
    }


def _raised(class_name: str, message: str) -> bytes:
    return json.dumps({"raised": [class_name, message]}).encode()
