"""A scorer of Inspect AI: the program in a model's answer, judged by the tests in its sample's metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from inspect_ai.scorer import CORRECT, INCORRECT, Score, Target, accuracy, scorer, stderr
from inspect_ai.scorer import Scorer as InspectScorer
from inspect_ai.solver import TaskState

from verifierd_client.integrations.address import server_address
from verifierd_client.integrations.columns import problem_of as problem_of_columns
from verifierd_client.integrations.scoring import OnInfra, Scorer
from verifierd_client.problems import Problem
from verifierd_client.results import CandidateResult

ProblemOf = Callable[[Mapping[str, Any], str], Problem]


@scorer(metrics=[accuracy(), stderr()])  # type: ignore[untyped-decorator]
def verifierd_scorer(
    address: str | None = None,
    on_infra: OnInfra = "none",
    language: str = "python",
    timeout_s: float | None = 600.0,
    problem_of: ProblemOf = problem_of_columns,
) -> InspectScorer:
    """Return a scorer: correct where the program passes every test.

    Args:
        address: where the service is, HOST:PORT or unix:PATH; None: where VERIFIERD_ADDRESS says.
        on_infra: what becomes of a sample that could not be judged. `none` (the default) leaves it unscored:
            it stays in the log with the reason, and metrics skip it. `raise` makes an error of the sample,
            for `--fail-on-error` and `--retry-on-error`. `zero` counts it as incorrect.
        language: of the program.
        timeout_s: bound of judging one sample.
        problem_of: makes the problem of a sample's metadata and a completion; `columns.problem_of` says what
            it reads.
    """
    judge = Scorer(address or server_address(), on_infra=on_infra, language=language, timeout_s=timeout_s)

    async def score(state: TaskState, target: Target) -> Score:
        completion = state.output.completion
        problem = problem_of(state.metadata, completion)
        (judged,) = await judge.results([(problem, completion)])
        if isinstance(judged, CandidateResult):
            return _score(judged)
        if on_infra == "zero":
            return Score(value=INCORRECT, explanation=judged.reason)
        return Score.unscored(reason="scoring_failed", explanation=judged.reason)

    return score


def _score(result: CandidateResult) -> Score:
    return Score(
        value=CORRECT if result.passed else INCORRECT,
        answer=result.extracted_source,
        explanation=result.detail or result.verdict.value,
        metadata={
            "verdict": result.verdict.value,
            "tests_passed": result.tests_passed,
            "tests_total": result.tests_total,
            "cpu_time_s": result.usage.cpu_time_s,
        },
    )
