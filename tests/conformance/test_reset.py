"""Nothing that a program leaves reaches its next test or the next candidate, in sandboxes that live on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.conformance.cases import MIB
from tests.conformance.polluters import ENDINGS, POLLUTERS, program
from verifierd_client import Candidate, ExecutionResult, Limits, Problem, StdioTest, Verifier

SANDBOXES = 2
LIMITS = Limits(
    cpu_time_s=0.6,
    wall_time_s=10.0,
    memory_bytes=128 * MIB,
    output_bytes=100_000,
    processes=32,
    disk_bytes=8 * MIB,
)
POLLUTE, LOOK = StdioTest("pollute\n", ""), StdioTest("look\n", "")
CLEAN = program("pass")
NUMBERS = count()


def report(execution: ExecutionResult) -> dict[str, Any]:
    assert execution.exit_code == 0, execution
    found: dict[str, Any] = json.loads(execution.stdout.content)
    return found


def in_every_sandbox(verifier: Verifier, source: str, *tests: StdioTest) -> Iterator[list[ExecutionResult]]:
    """Run the program until each sandbox has had it; yield the executions of each run."""
    seen: set[str] = set()
    for _ in range(20):
        # A comment makes it another program: equal ones of a batch run once.
        numbered = f"{source}\n# {next(NUMBERS)}"
        (result,) = verifier.verify(Problem("reset", tests, LIMITS), [numbered]).results
        seen.add(result.executions[0].sandbox_id)
        yield list(result.executions)
        if len(seen) == SANDBOXES:
            return
    raise AssertionError(f"one sandbox had all of 20 runs: {seen}")


@pytest.fixture(scope="module")
def untouched(verifier: Verifier) -> dict[str, Any]:
    first, *others = [report(each) for (each,) in in_every_sandbox(verifier, CLEAN, LOOK)]
    assert all(other == first for other in others)
    assert first["files"][0][2] == [] and first["processes"] == 0
    return first


@pytest.mark.parametrize("name", POLLUTERS)
def test_what_a_program_leaves_is_gone(verifier: Verifier, untouched: dict[str, Any], name: str) -> None:
    for polluted, next_test in in_every_sandbox(verifier, program(POLLUTERS[name]), POLLUTE, LOOK):
        assert (polluted.exit_code == 0) is (name not in ENDINGS), polluted
        assert report(next_test) == untouched, "the next test found it"
    for (next_candidate,) in in_every_sandbox(verifier, CLEAN, LOOK):
        assert report(next_candidate) == untouched, "the next candidate found it"


def test_each_polluter_leaves_what_it_says(verifier: Verifier) -> None:
    """What it leaves would be found: the same program finds it while it lasts."""
    seen = {}
    for name in ("files of odd names", "children", "umask, folder, environment", "timers and signals"):
        polluter, _, look = program(POLLUTERS[name]).partition("\nelse:\n")
        both = polluter + "\nif True:\n" + look
        (result,) = verifier.verify(Problem("both", [POLLUTE], LIMITS), [both]).results
        seen[name] = report(result.executions[0])
    assert len(seen["files of odd names"]["files"][1][2]) == 9
    assert seen["children"]["processes"] == 8
    assert seen["umask, folder, environment"]["environment"] == {"LEFT": "behind"}
    assert seen["timers and signals"]["timers"][0][0] > 0


def test_many_candidates_in_a_row_leave_nothing(verifier: Verifier, untouched: dict[str, Any]) -> None:
    sources = {}
    for name, polluter in POLLUTERS.items():
        sources[name] = program(polluter)
        sources[f"after {name}"] = f"{CLEAN}\n# {name}"
    candidates = [Candidate(source, id=name) for name, source in sources.items()]
    result = verifier.verify(Problem("row", [POLLUTE, LOOK], LIMITS), candidates)
    for each in result.results:
        assert report(each.executions[1]) == untouched, each.candidate_id
