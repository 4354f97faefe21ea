"""Runs in the set `evals`: lm-evaluation-harness, whose own HumanEval is judged by a daemon.

    python lm_eval_harness.py ADDRESS AWAY FOLDER

The task is the one that lm-eval ships, its prompt, filter and metric included; only its data set is a file
with two problems of ours, written with the task into FOLDER. The last line of standard output is what came
of it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import lm_eval
from lm_eval.api.model import LM
from lm_eval.tasks import TaskManager

from verifierd_client import AsyncVerifier, NoVerdict
from verifierd_client.integrations.lm_eval import instead_of_code_eval
from verifierd_client.integrations.scoring import OnInfra, Scorer

TASK = "local_humaneval"
METRIC_MODULE = "lm_eval.tasks.humaneval.utils"
PROBLEMS = [
    {
        "task_id": "Local/0",
        "prompt": 'def double(n):\n    """Return n doubled."""\n',
        "entry_point": "double",
        "test": "def check(candidate):\n    assert candidate(21) == 42\n    assert candidate(-1) == -2\n",
        "canonical_solution": "    return 2 * n\n",
    },
    {
        "task_id": "Local/1",
        "prompt": 'def first(values):\n    """Return the first value, or None."""\n',
        "entry_point": "first",
        "test": "def check(candidate):\n    assert candidate([3]) == 3\n    assert candidate([]) is None\n",
        "canonical_solution": "    return values[0] if values else None\n",
    },
]
RIGHT = [problem["canonical_solution"] for problem in PROBLEMS]
WRONG_AT_THE_END = [RIGHT[0], "    return values[0]\n"]
STOPS_ITS_TEST = ["    raise SystemExit(0)\n"] * 2


class Says(LM):  # type: ignore[misc]
    """A model that says what it is told to."""

    def __init__(self, completions: list[str]) -> None:
        """Keep the completions, one for each problem."""
        super().__init__()
        self.completions = completions

    def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
        """Return the completions."""
        return self.completions[: len(requests)]

    def loglikelihood(self, requests: list[Any]) -> Any:
        """Be asked for nothing of this kind."""
        raise NotImplementedError

    loglikelihood_rolling = loglikelihood


def write_task(folder: Path) -> None:
    """Write the shipped task, over our problems."""
    shipped = Path(lm_eval.__file__).parent / "tasks" / "humaneval" / "humaneval.yaml"
    problems = folder / "problems.jsonl"
    problems.write_text("".join(json.dumps(problem) + "\n" for problem in PROBLEMS))
    (folder / f"{TASK}.yaml").write_text(
        f"include: {shipped}\n"
        f"task: {TASK}\n"
        "dataset_path: json\n"
        "dataset_kwargs:\n"
        f"  data_files: {{test: {problems}}}\n"
    )


def evaluated(folder: Path, completions: list[str]) -> float:
    """Return pass@1 by `simple_evaluate`."""
    sys.modules.pop(METRIC_MODULE, None)  # it keeps the metric that it was first loaded with
    results = lm_eval.simple_evaluate(
        model=Says(completions),
        tasks=[TASK],
        task_manager=TaskManager(include_path=str(folder), include_defaults=False),
        confirm_run_unsafe_code=True,
        bootstrap_iters=0,
    )
    return float(results["results"][TASK]["pass@1,create_test"])


def main(address: str, away: str, folder: Path) -> dict[str, Any]:
    """Do all of it."""
    write_task(folder)
    with instead_of_code_eval(address):
        told: dict[str, Any] = {
            "right": evaluated(folder, RIGHT),
            "half": evaluated(folder, WRONG_AT_THE_END),
            "stops_its_test": evaluated(folder, STOPS_ITS_TEST),
        }
    told["away"] = {on_infra: _away(away, on_infra, folder) for on_infra in ("none", "raise", "zero")}
    return told


def _away(away: str, on_infra: OnInfra, folder: Path) -> float | str:
    scorer = Scorer(AsyncVerifier(away, retries=0), on_infra=on_infra, attempts=1)
    try:
        with instead_of_code_eval(scorer):
            return evaluated(folder, RIGHT)
    except (NoVerdict, KeyError) as error:
        return type(error).__name__


if __name__ == "__main__":
    _, at, nowhere, scratch = sys.argv
    sys.stdout.write("\n" + json.dumps(main(at, nowhere, Path(scratch))) + "\n")
