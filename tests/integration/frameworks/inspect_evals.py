"""Runs in the set `evals`: Inspect AI's `eval` with the scorer, on Inspect's own mock model.

    python inspect_evals.py ADDRESS AWAY FOLDER

The last line of standard output is what the eval logs, which go to FOLDER, say of each case.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score
from inspect_ai.solver import generate

from verifierd_client.integrations.inspect_ai import verifierd_scorer
from verifierd_client.integrations.scoring import OnInfra

TESTS = [{"stdin": "21\n", "stdout": "42\n"}, {"stdin": "0\n", "stdout": "0\n"}]
ANSWERS = (
    "```python\nprint(2 * int(input()))\n```",
    "It is\n```python\nprint(42)\n```",
    "I do not know.",
)
RIGHT, SCORER = ANSWERS[0], "verifierd_scorer"


def evaluated(
    answers: tuple[str, ...], address: str, on_infra: OnInfra, timeout_s: float, folder: str
) -> EvalLog:
    """Return the log of a task in which the model gives these answers, one after the other."""
    outputs = [ModelOutput.from_content("mockllm/model", answer) for answer in answers]
    for output in outputs:
        output.usage = ModelUsage()  # else the mock counts tokens, by a table that it downloads
    task = Task(
        dataset=[Sample("Double a number.", metadata={"tests": TESTS}) for _ in answers],
        solver=generate(),
        scorer=verifierd_scorer(address, on_infra=on_infra, timeout_s=timeout_s),
    )
    model = get_model("mockllm/model", custom_outputs=outputs)
    (log,) = eval(task, model=model, display="none", max_samples=1, log_dir=folder)
    return log


def told(log: EvalLog) -> dict[str, Any]:
    """Return what a log says: of the run, of the metric, of each sample."""
    accuracy = log.results.scores[0].metrics["accuracy"].value if log.results else None
    samples = log.samples or []
    return {
        "status": log.status,
        "accuracy": accuracy if accuracy is None or math.isfinite(accuracy) else "none",
        "scores": [_told(sample.scores[SCORER]) for sample in samples if sample.scores],
        "errors": [sample.error.message for sample in samples if sample.error],
    }


def _told(score: Score) -> Any:
    if isinstance(score.value, float) and math.isnan(score.value):
        return ["unscored", score.reason]
    return [score.value, (score.metadata or {}).get("verdict")]


def main(address: str, away: str, folder: str) -> dict[str, Any]:
    """Do all of it."""
    return {
        "judged": told(evaluated(ANSWERS, address, "none", 120.0, folder)),
        "away": {
            on_infra: told(evaluated((RIGHT,), away, on_infra, 1.0, folder))
            for on_infra in ("none", "raise", "zero")
        },
    }


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(*sys.argv[1:])) + "\n")
