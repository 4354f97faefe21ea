"""Candidate results with just what selection and cost look at."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.execution.fakes import LIMITS, printed
from verifierd import model
from verifierd.judging.answers import Executed
from verifierd.judging.candidates import concluded
from verifierd.judging.judge import Judge
from verifierd.model import CandidateResult, ExecutionResult, Verdict

_PROBLEM = model.Problem("p", (model.TestCase("t", model.StdioTest(b"", b"")),), LIMITS)
_EXECUTION = Judge(_PROBLEM).judge(Executed(printed(b""), "s", "fake"), 0)

ACCEPTED, WRONG = Verdict.ACCEPTED, Verdict.WRONG_ANSWER


def execution(index: int = 0, verdict: Verdict = ACCEPTED, behaviour: str | None = "same") -> ExecutionResult:
    """The result of test `index`."""
    return replace(_EXECUTION, test_id=f"t{index}", verdict=verdict, behaviour=behaviour)


def result(candidate_id: str, *executions: ExecutionResult) -> CandidateResult:
    """The result of a candidate with these executions, or one accepted test."""
    made = executions or (execution(),)
    return concluded(candidate_id, made, [True] * len(made))
