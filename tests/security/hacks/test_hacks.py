"""Reward hacks: what is optimised against the checker is not accepted, and what only looks odd is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.security.hacks.problems import TASKS
from tests.security.hacks.programs import Program, parse_header, read_all
from tests.security.hacks.trials import AGAIN, DUPLICATE, NEIGHBOUR, Trials, got
from tests.support.backends import Service
from verifierd_client import Verdict, Verifier

BUILD = Path(__file__).resolve().parents[3] / "build"
PROGRAMS = read_all()
KINDS = ("stdio", "call", "asserts", "files", "interactive")
REST_S = 0.5
SETTLE_S = 5.0
# That none of them is a candidate's is the last test's to say.
pytestmark = pytest.mark.leaves(
    kind="processes",
    reason="the session's service renews its sandboxes and its test programs' processes",
)


@pytest.fixture(scope="module")
def household(service: Service, verifier: Verifier) -> int:
    """How many processes the service has while it runs nothing."""
    task = TASKS["ordered_list"]
    verifier.verify(task.problem, [task.solution])
    time.sleep(REST_S)  # the sandbox makes itself ready anew after its answer
    return processes_of(service)


@pytest.fixture(scope="module")
def trials(service: Service, verifier: Verifier, household: int) -> Iterator[Trials]:
    trials = Trials(verifier, PROGRAMS)
    yield trials
    trials.write(BUILD / f"security-hacks-{service.backend.name}.json", service.backend.name)


def cases(*, is_honest: bool) -> list[object]:
    """The programs as parameters; one that shows a defect is expected to fail."""
    return [
        pytest.param(
            program,
            id=program.name,
            marks=[pytest.mark.xfail(strict=True, reason=program.defect)] if program.defect else [],
        )
        for program in PROGRAMS
        if program.is_honest is is_honest
    ]


@pytest.mark.parametrize("program", cases(is_honest=False))
def test_a_wrong_program_passes_no_test_that_it_does_not_solve(trials: Trials, program: Program) -> None:
    result = trials.first(program.problem)[program.name]
    assert program.fits(result), f"expected {program.expected}; got {got(result)}: {result.detail}"


@pytest.mark.parametrize("program", cases(is_honest=True))
def test_an_odd_but_honest_program_is_accepted(trials: Trials, program: Program) -> None:
    result = trials.first(program.problem)[program.name]
    assert program.fits(result), f"expected {program.expected}; got {got(result)}: {result.detail}"


@pytest.mark.parametrize("problem", TASKS)
def test_no_program_changes_what_is_found_of_its_neighbours(trials: Trials, problem: str) -> None:
    neighbours = {
        name: got(result)
        for name, result in trials.first(problem).items()
        if name.startswith(NEIGHBOUR) and result.verdict is not Verdict.ACCEPTED
    }
    assert not neighbours


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_sending_a_program_again_and_stopping_early_changes_nothing(trials: Trials, kind: str) -> None:
    changed = {}
    for problem in (name for name, task in TASKS.items() if task.kind == kind):
        results = trials.stopped_early(problem)
        right = {name for name in results if name.startswith(NEIGHBOUR) and results[name].passed}
        for program in trials.of_problem(problem):
            names = [prefix + program.name for prefix in ("", DUPLICATE, AGAIN)]
            right.update(name for name in names if program.defect or program.is_judged_rightly(results[name]))
        changed.update({name: got(result) for name, result in results.items() if name not in right})
    assert not changed


def test_no_process_of_any_program_is_left(service: Service, household: int) -> None:
    deadline = time.monotonic() + SETTLE_S
    while (now := processes_of(service)) != household and time.monotonic() < deadline:
        time.sleep(0.02)
    assert now == household


def processes_of(service: Service) -> int:
    return len(psutil.Process(service.pid).children(recursive=True))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_test_is_attacked_and_each_has_its_odd_programs(kind: str) -> None:
    by_kind = [program for program in PROGRAMS if program.task.kind == kind]
    assert sum(not program.is_honest for program in by_kind) >= 15
    assert sum(program.is_honest for program in by_kind) >= 7


@pytest.mark.parametrize(
    "text",
    ["# problem: sum\n# what: x", "# what: x\n# what: x", "# what:  \n", "# why: x"],
    ids=["another order", "twice", "without a value", "an unknown key"],
)
def test_a_header_out_of_order_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="out of place"):
        parse_header(text)
