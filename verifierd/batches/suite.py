"""What is run of every candidate of a batch: its problem's tests in their order, then the probe inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sandboxes.model import Run
from verifierd.batches.runs import run_of
from verifierd.errors import InvalidField
from verifierd.judging.candidates import Seen
from verifierd.judging.probes import case_of
from verifierd.model import (
    AnswerTest,
    AssertsTest,
    ExecutionResult,
    ProbeInput,
    ProbeResult,
    TestBody,
    TestCase,
)

# What of a test may turn out to judge no candidate: where that is, what to say of it, what is allowed.
USABLE: Mapping[type[TestBody], tuple[str, str, str]] = {
    AssertsTest: (
        "asserts.source",
        "the test program is broken",
        "a Python program that uses the candidate's names",
    ),
    AnswerTest: (
        "answer.expected",
        "the expected answer cannot be read",
        "an answer that math-verify reads, LaTeX allowed, such as \\frac{1}{2}, $x \\le 3$ or 12.5%",
    ),
}


PATIENCE = 3
"""Generated tests, and again probe inputs, that meet their time limit before no more of them are run."""


@dataclass(slots=True)
class Progress:
    """What has landed of one candidate, in the order of its runs."""

    executions: list[ExecutionResult] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    slow_tests: int = 0  # that judge nobody and met their time limit
    slow_probes: list[ExecutionResult] = field(default_factory=list)
    judging_ns: int = 0  # what judging it took


class Suite:
    """The runs of one batch by their places. A place below `tests_total` is a test's, others are probes'."""

    def __init__(self, tests: Sequence[TestCase], probes: Sequence[ProbeInput]) -> None:
        self._cases = (*tests, *map(case_of, probes))
        self._unusable: dict[int, str] = {}
        self.runs: tuple[Run, ...] = tuple(run_of(case.body) for case in self._cases)
        self._places = {id(run): place for place, run in enumerate(self.runs)}
        self.tests_total = len(tests)
        self.probe_places: Sequence[int] = range(len(tests), len(self._cases))
        self.judging = tuple(case.judges for case in tests)

    def place_of(self, run: Run) -> int:
        """Return where one of the runs is."""
        return self._places[id(run)]

    def due(self, progress: Progress) -> Sequence[int]:
        """Return the places that are to be run, in their order."""
        tests = range(len(progress.executions), self.tests_total)
        due = [*tests, *self.probe_places[len(progress.seen.probes) :]]
        if not self._unusable and not progress.slow_tests and not progress.slow_probes:
            return due
        return [place for place in due if not self._left_out(place, progress)]

    def keep_probes(self, kept: Set[str]) -> None:
        """Run no other probe inputs from now on."""
        self.probe_places = [place for place in self.probe_places if self._cases[place].id in kept]

    def judges(self, place: int) -> bool:
        """Tell whether a candidate that fails there is wrong."""
        return self._cases[place].judges

    def is_complete(self, progress: Progress) -> bool:
        """Tell whether all has landed that a verdict rests on: the tests, or where none judges all runs."""
        if len(progress.executions) < self.tests_total:
            return False
        return any(self.judging) or len(progress.seen.probes) == len(self.probe_places)

    def runs_at(self, places: Sequence[int]) -> tuple[Run, ...]:
        """Return the runs of these places."""
        return self.runs if len(places) == len(self.runs) else tuple(self.runs[place] for place in places)

    def pass_over(self, progress: Progress, leave_out: Callable[[int, str], ExecutionResult]) -> None:
        """Give tests that are left out now their results, as `leave_out` makes them of place and why."""
        while (place := len(progress.executions)) < self.tests_total:
            why = self._left_out(place, progress)
            if not why:
                return
            progress.executions.append(leave_out(place, why))

    def _left_out(self, place: int, progress: Progress) -> str:
        """Return why a place is not run; empty where it is."""
        slow = progress.slow_tests if place < self.tests_total else len(progress.slow_probes)
        if slow >= PATIENCE and not self._cases[place].judges:
            return f"{PATIENCE} of its kind met their time limit; the others were not tried"
        return self._unusable.get(place, "")

    def is_unusable(self, place: int, why: str) -> None:
        """Take down that no candidate can be judged by a test.

        Raises:
            InvalidField: it is one that judges.
        """
        case = self._cases[place]
        where, problem, allowed = USABLE[type(case.body)]
        if case.judges:
            raise InvalidField(f"tests[{place}].{where}", f"{problem}: {why}", allowed)
        self._unusable[place] = f"{problem}: {why}"


def unseen(probe_id: str, like: ExecutionResult | ProbeResult) -> ProbeResult:
    """Return the result of a probe input that was not run, because its behaviour is known."""
    return ProbeResult(
        probe_id=probe_id,
        killed_by=like.killed_by,
        failed=True,
        behaviour=like.behaviour,
        cpu_time_ns=0,
        wall_time_ns=0,
        peak_memory_bytes=0,
        was_run=False,
    )
