"""Checkers and interactors that are programs: what they say by their exit code, or by what they print.

| exit code | testlib's name | verdict |
|---|---|---|
| 0 | `_ok` | ACCEPTED |
| 1 | `_wa` | WRONG_ANSWER |
| 2, 4, 8 | `_pe`, `_dirt`, `_unexpected_eof` | WRONG_ANSWER |
| 7 | `_points` | WRONG_ANSWER; the points are in the detail |
| 3, others, a signal, an exception, a limit | `_fail` | INFRASTRUCTURE_ERROR, which says whose fault it is |

Source: MikeMirzayanov/testlib, testlib.h, the macros *_EXIT_CODE.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sandboxes.model import Ending, File, Outcome, StdioRun
from verifierd.judging.answers import Answer, ExecutionFailed
from verifierd.judging.checker import Checker
from verifierd.judging.parameters import read_choice, read_strict
from verifierd.judging.showing import printable
from verifierd.judging.verdicts import DETAIL_CHARS, Failure
from verifierd.model import Verdict

OK, WRONG_ANSWER, PRESENTATION_ERROR, FAIL, DIRT, POINTS, UNEXPECTED_EOF = 0, 1, 2, 3, 4, 7, 8
REFUSALS = {
    WRONG_ANSWER: "refused it",
    PRESENTATION_ERROR: "refused its form",
    DIRT: "refused its form",
    UNEXPECTED_EOF: "refused its form",
    POINTS: "gave points, which are no acceptance",
}
INPUT, OUTPUT, ANSWER = "input.txt", "output.txt", "answer.txt"
ACCEPTING_SCORE = 1.0
SCORE_BYTES = 64


class Protocol(StrEnum):
    """How a checker is started and how it says what it found.

    `TESTLIB`: `checker input output answer`, and the exit codes above.
    `OPEN_R1`: `checker input answer output`, and a score on standard output, 1 for right, as the field
    `generated_checker` of the data set open-r1/codeforces has it. What fails, or prints no score, counts as
    wrong there. Source: huggingface/open-r1, src/open_r1/utils/competitive_programming/cf_scoring.py.
    """

    TESTLIB = "testlib"
    OPEN_R1 = "open-r1"


ARGUMENTS = {Protocol.TESTLIB: (INPUT, OUTPUT, ANSWER), Protocol.OPEN_R1: (INPUT, ANSWER, OUTPUT)}


@dataclass(frozen=True, slots=True)
class ProgramChecker(Checker[bytes]):
    """A program that the caller gives, run in a sandbox of its own for each output that is to be judged.

    `strict` is for `open-r1`: a checker that fails by an exception or an exit code, or prints no score, says
    nothing about the output then.
    """

    protocol: Protocol = Protocol.TESTLIB
    strict: bool = False

    name = "program"
    version = 1
    parameters = ("protocol", "strict")

    @classmethod
    def _parsed(cls, parameters: Mapping[str, str], path: str) -> ProgramChecker:
        protocol = read_choice(parameters, "protocol", tuple(Protocol), Protocol.TESTLIB, path)
        return cls(Protocol(protocol), read_strict(parameters, path))

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the bytes as they are: only the program knows which are the same answer."""
        return hashlib.sha256(output).digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Say that nothing is known: outputs are not compared here."""
        return "the checker is a program, and it was not run"

    def run(self, given: bytes, output: bytes, answer: bytes) -> StdioRun:
        """Return the run that judges an output, of the input `given` and the expected `answer`."""
        files = (File(INPUT, given), File(OUTPUT, output), File(ANSWER, answer))
        return StdioRun(b"", ARGUMENTS[self.protocol], files)

    def failure(self, check: Answer | None) -> Failure | None:
        """Return what that run says against the output; None where it accepts."""
        if check is None:
            return Failure(Verdict.INFRASTRUCTURE_ERROR, "the checker was not run")
        if isinstance(check, ExecutionFailed):
            return Failure(Verdict.INFRASTRUCTURE_ERROR, f"the checker could not be run: {check.cause}")
        if self.protocol is Protocol.TESTLIB:
            return said_by_exit_code(check.outcome, "checker")
        return _said_by_score(check.outcome, self.strict)


def said_by_exit_code(outcome: Outcome | None, who: str) -> Failure | None:
    """Return what a program that judges says by testlib's exit codes; None where it accepts.

    `who` is what it is called. Whatever is none of its words is its own failure, never the candidate's.
    """
    if outcome is None:
        return Failure(Verdict.INFRASTRUCTURE_ERROR, f"the {who} was not run")
    word = _word(outcome)
    if word is None:
        return Failure(Verdict.INFRASTRUCTURE_ERROR, _failed(outcome, who))
    if word == OK:
        return None
    return Failure(Verdict.WRONG_ANSWER, _with_words(f"the {who} {REFUSALS[word]}", outcome))


def word_digest(interactor: Outcome | None) -> bytes | None:
    """Return the digest of an interactor's word: candidates that talked to the same end behaved alike."""
    if interactor is None or (word := _word(interactor)) is None:
        return None
    return hashlib.sha256(b"%d %b" % (word, interactor.stderr)).digest()


def _said_by_score(outcome: Outcome, strict: bool) -> Failure | None:
    """Return what a checker says by the number that it prints."""
    score = _score(outcome.stdout) if outcome.ending is Ending.FINISHED else None
    if score is None:
        refuses = outcome.ending in (Ending.FINISHED, Ending.RAISED) and not strict
        verdict = Verdict.WRONG_ANSWER if refuses else Verdict.INFRASTRUCTURE_ERROR
        return Failure(verdict, _failed(outcome, "checker"))
    if score == ACCEPTING_SCORE:
        return None
    return Failure(Verdict.WRONG_ANSWER, f"the checker gave it {score:g}")


def _score(printed: bytes) -> float | None:
    try:
        return float(printed.strip()[:SCORE_BYTES])
    except ValueError:
        return None


def _word(outcome: Outcome) -> int | None:
    """Return the exit code by which a program speaks; None where it failed.

    What an exception ends has an exit code too, 1 in Python, where it is told from a word.
    """
    by_itself = outcome.raised is None or outcome.raised.class_name == "SystemExit"
    ended = outcome.ending in (Ending.FINISHED, Ending.RAISED)
    return outcome.exit_code if ended and by_itself and outcome.exit_code in (OK, *REFUSALS) else None


def _failed(outcome: Outcome, who: str) -> str:
    if outcome.ending is Ending.COMPILE_FAILED:
        how = "it does not compile"
    elif outcome.ending in (Ending.FINISHED, Ending.RAISED):
        how = f"signal {outcome.term_signal}" if outcome.term_signal else f"exit code {outcome.exit_code}"
    else:
        how = f"it met its {outcome.ending.value.replace('_', ' ')}"
    if outcome.raised is not None and outcome.raised.class_name != "SystemExit":
        return printable(
            f"the {who} failed: {how}: {outcome.raised.class_name}: {outcome.raised.message}", DETAIL_CHARS
        )
    return _with_words(f"the {who} failed: {how}", outcome)


def _with_words(what: str, outcome: Outcome) -> str:
    """Add what the program wrote, standard error first, since testlib writes there."""
    said = b" ".join(part.strip()[:DETAIL_CHARS] for part in (outcome.stderr, outcome.stdout) if part.strip())
    words = said.decode("utf-8", "backslashreplace")
    return printable(f"{what}: {words}" if words else what, DETAIL_CHARS)
