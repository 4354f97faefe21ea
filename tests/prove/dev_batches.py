"""The real candidates of 41 problems, judged once with tests that a model wrote and inputs as probes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.prove.humaneval import records
from verifierd.cli.as_json import candidate_as_json
from verifierd.datasets.saved import SavedBatch, read_saved
from verifierd.model import CandidateResult, Verdict
from verifierd_client import (
    AssertsTest,
    CallProbe,
    Candidate,
    Cost,
    Limits,
    Options,
    Probes,
    Problem,
    Role,
    Selection,
    Verifier,
)

MAX_PROBES = 50
REFERENCE = "reference"
LIMITS = Limits(cpu_time_s=1.0, memory_bytes=1 << 30)


@dataclass(frozen=True, slots=True)
class Judged:
    """One problem: its candidates as they were saved, the reference beside them, and what was charged."""

    saved: SavedBatch
    reference: CandidateResult
    cost: Cost
    costs: tuple[Cost, ...]


def problem_of(record: dict[str, Any]) -> Problem:
    """Return a problem: hidden tests judge, what a model wrote does not, generated inputs are probes."""
    hidden = AssertsTest(f"{record['hidden_test']}\n{record['hidden_test_call']}\n", id="hidden")
    generated = [
        AssertsTest(each["text"], id=f"generated-{place}", role=Role.GENERATED)
        for place, each in enumerate(record["generated_assertions"])
    ]
    inputs = [
        CallProbe(record["entry_point"], each["args"])
        for each in record["generated_inputs"]
        if each["args"] is not None
    ][:MAX_PROBES]
    probes = Probes(inputs, max_inputs=MAX_PROBES) if inputs else None
    return Problem(record["task_id"], [hidden, *generated], LIMITS, probes=probes)


class DevBatches:
    """Judges all of them at the first question; `folder` keeps the results."""

    def __init__(self, data: Path, folder: Path, address: str) -> None:
        self._data = data
        self._folder = folder
        self._address = address

    @cached_property
    def judged(self) -> list[Judged]:
        """Return every problem. Raises NotMeasured where the data are absent."""
        return list(self._judge())

    def _judge(self) -> Iterator[Judged]:
        with Verifier(self._address) as verifier:
            for place, record in enumerate(records(self._data / "candidates_dev.jsonl.gz")):
                problem = problem_of(record)
                programs = [Candidate(source, id=str(at)) for at, source in enumerate(record["programs"])]
                programs.append(Candidate(record["reference_program"], id=REFERENCE))
                options = Options(include_outputs=False, selection=Selection("posterior", 10))
                batch = verifier.verify(problem, programs, options)
                file = self._folder / f"{place}.jsonl"
                lines = (json.dumps(candidate_as_json(each, problem)) for each in batch.results)
                file.write_text("\n".join(lines) + "\n", "utf-8")
                (saved,) = read_saved(file)
                costs = tuple(each.cost for each in batch.results if each.cost is not None)
                yield Judged(saved, saved.results.pop(), batch.summary.cost, costs)


def right_of(saved: SavedBatch) -> frozenset[str]:
    """Return who passed the hidden tests."""
    return frozenset(each.candidate_id for each in saved.results if each.verdict is Verdict.ACCEPTED)
