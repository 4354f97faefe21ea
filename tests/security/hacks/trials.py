"""Runs the programs of this suite: all of a problem in one batch, a right solution between any two."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.security.hacks.problems import TASKS
from tests.security.hacks.programs import Program
from verifierd_client import Candidate, CandidateResult, Options, Verifier

NEIGHBOUR = "neighbour/"
DUPLICATE, AGAIN = "duplicate/", "again/"
Results = Mapping[str, CandidateResult]


class Trials:
    """One backend's results, each batch run once and when it is first asked for."""

    def __init__(self, verifier: Verifier, programs: Sequence[Program]) -> None:
        """Keep what is to be run."""
        self._verifier = verifier
        self._programs = programs
        self._first: dict[str, Results] = {}

    def of_problem(self, problem: str) -> Sequence[Program]:
        """Return the programs that pretend to solve a problem."""
        return [program for program in self._programs if program.problem == problem]

    def first(self, problem: str) -> Results:
        """Return the results of all programs of a problem by name, and those of their neighbours."""
        if problem not in self._first:
            candidates = []
            for place, program in enumerate(self.of_problem(problem)):
                candidates += [Candidate(program.source, id=program.name), _neighbour(problem, place)]
            self._first[problem] = self._verified(problem, candidates, Options())
        return self._first[problem]

    def stopped_early(self, problem: str) -> Results:
        """Run all to their first failure: each as before, as a duplicate, and under another digest."""
        candidates = []
        for place, program in enumerate(self.of_problem(problem)):
            candidates += [
                Candidate(program.source, id=program.name),
                Candidate(program.source, id=DUPLICATE + program.name),
                Candidate(program.source + b"\n# again\n", id=AGAIN + program.name),
                _neighbour(problem, place),
            ]
        return self._verified(problem, candidates, Options(stop_at_first_failure=True))

    def write(self, path: Path, backend: str) -> None:
        """Write a row for each program that was run."""
        rows = [
            {
                "kind": program.task.kind,
                "program": program.name,
                "backend": backend,
                "expected": program.expected,
                "got": got(self._first[program.problem][program.name]),
                "ok": program.fits(self._first[program.problem][program.name]),
            }
            for program in self._programs
            if program.problem in self._first
        ]
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")

    def _verified(self, problem: str, candidates: list[Candidate], options: Options) -> Results:
        batch = self._verifier.verify(TASKS[problem].problem, candidates, options)
        return {result.candidate_id: result for result in batch.results}


def got(result: CandidateResult) -> str:
    """Return what was found of a program, in words."""
    return f"{result.verdict.value}, {result.tests_passed} of {result.tests_total} passed"


def _neighbour(problem: str, place: int) -> Candidate:
    """A right solution, each with a text of its own: equal ones would run once."""
    return Candidate(f"{TASKS[problem].solution}# {place}\n", id=f"{NEIGHBOUR}{place}")
