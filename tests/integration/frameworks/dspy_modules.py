"""Runs in the set `evals`: DSPy's BestOfN, Refine and Evaluate, rewarded by a daemon and by one that is away.

    python dspy_modules.py ADDRESS AWAY FOLDER

The model is DSPy's own DummyLM, whose answers are given; FOLDER stays empty. The last line of standard
output is what came of it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import dspy

from verifierd_client import AsyncVerifier, CallTest, Problem
from verifierd_client.integrations.dspy import VerifiedReward
from verifierd_client.integrations.scoring import OnInfra, Scorer

PROBLEM = Problem("add", [CallTest("add", (1, 2), 3), CallTest("add", ([1], [2]), [1, 2])])
WRONG = "def add(a, b):\n    return 3"
RIGHT = "def add(a, b):\n    return a + b"
FENCED = f"It adds.\n```python\n{RIGHT}\n```"
TESTS = [{"call": "add", "args": [1, 2], "expected": 3}, {"call": "add", "args": [2, 2], "expected": 4}]


class Write(dspy.Module):  # type: ignore[misc]
    """Writes a program; a class of this file, since Refine reads its source."""

    def __init__(self) -> None:
        """Hold one predictor."""
        super().__init__()
        self.write = dspy.Predict("task -> code")

    def forward(self, task: str) -> Any:
        """Ask the model once."""
        return self.write(task=task)


def answering(*programs: str) -> None:
    """Have the model give these answers."""
    dspy.configure(lm=dspy.utils.DummyLM([{"code": program} for program in programs]))


def chosen(kind: Any, reward: VerifiedReward, *programs: str) -> str | None:
    """Return the program that a module chooses of those that the model writes, None where it has none."""
    answering(*programs)
    best = kind(module=Write(), N=len(programs), reward_fn=reward, threshold=1.0)
    prediction = best(task="add two values")
    return None if prediction is None else str(prediction.code)


def evaluated(metric: VerifiedReward, *programs: str, max_errors: int) -> float | str:
    """Return the percentage of `dspy.Evaluate`, or the words of the error that ends it."""
    answering(*programs)
    devset = [dspy.Example(task="add", tests=TESTS).with_inputs("task") for _ in programs]
    evaluate = dspy.Evaluate(devset=devset, metric=metric, num_threads=1, max_errors=max_errors)
    try:
        return float(evaluate(Write()).score)
    except Exception as error:  # whatever DSPy ends it with
        return str(error)


def main(address: str, away: str) -> dict[str, Any]:
    """Do all of it."""

    def unreachable(on_infra: OnInfra) -> Scorer:
        return Scorer(AsyncVerifier(away, retries=0), on_infra=on_infra, attempts=1)

    try:
        VerifiedReward(unreachable("none"), PROBLEM)
        none = ""
    except ValueError as error:
        none = str(error)
    return {
        "best_of_n": chosen(dspy.BestOfN, VerifiedReward(address, PROBLEM), WRONG, RIGHT, WRONG),
        "fenced": chosen(dspy.BestOfN, VerifiedReward(address, PROBLEM), WRONG, FENCED),
        "refine": chosen(dspy.Refine, VerifiedReward(address, PROBLEM), RIGHT),
        "evaluate": evaluated(VerifiedReward(address), RIGHT, WRONG, FENCED, RIGHT, max_errors=1),
        "away": {
            "none": none,
            "zero": chosen(dspy.BestOfN, VerifiedReward(unreachable("zero"), PROBLEM), RIGHT),
            "raise": chosen(dspy.BestOfN, VerifiedReward(unreachable("raise"), PROBLEM), RIGHT),
            "evaluate": evaluated(VerifiedReward(unreachable("raise")), RIGHT, RIGHT, max_errors=1),
        },
    }


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(*sys.argv[1:3])) + "\n")
