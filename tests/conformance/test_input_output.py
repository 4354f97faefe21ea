"""What goes in arrives and what comes out is kept, byte by byte, whatever the backend."""

from __future__ import annotations

import pytest

from tests.conformance.cases import ROOMY, judge, run
from tests.conformance.io_cases import CASES, TEXT
from verifierd_client import CallTest, CandidateResult, Problem, Verifier

CARRIED_BYTES = 8 << 20  # of the outputs of one candidate


@pytest.fixture(scope="module")
def found(verifier: Verifier) -> dict[str, CandidateResult]:
    return judge(verifier, CASES)


@pytest.mark.parametrize("name", CASES)
def test_input_and_output_arrive_whole(found: dict[str, CandidateResult], name: str) -> None:
    case, result = CASES[name], found[name]
    assert result.verdict is case.verdict, (result.detail, result.executions[0].stderr.text[-500:])
    assert case.detail in result.detail
    (execution,) = result.executions
    assert execution.killed_by is case.killed_by
    assert case.exit_code in (None, execution.exit_code)
    expected = case.stdout if isinstance(case.stdout, bytes) else case.stdout.encode()
    # All of it was compared; what the result carries of it has a bound of its own.
    assert execution.stdout.total_bytes == len(expected)
    assert execution.stdout.content == expected[:CARRIED_BYTES]
    assert execution.stdout.truncated is (len(expected) > CARRIED_BYTES)


def test_the_two_outputs_are_kept_apart_however_they_alternate(verifier: Verifier) -> None:
    source = "import sys\nfor n in range(500):\n    print(n, flush=True)\n    print(-n, file=sys.stderr)"
    (execution,) = run(verifier, source)
    assert execution.stdout.text.split() == [str(n) for n in range(500)]
    assert execution.stderr.text.split() == [str(-n) for n in range(500)]


def test_what_a_child_writes_after_its_parents_end_is_no_output_of_the_program(verifier: Verifier) -> None:
    source = (
        "import os, time\nparent = os.getpid()\nif os.fork() == 0:\n"
        "    while os.getppid() == parent: pass\n    time.sleep(0.5)\n    print('late')\n    os._exit(0)\n"
        "print('a')"
    )
    (execution,) = run(verifier, source)
    assert execution.stdout.content == b"a\n"
    assert execution.usage.wall_time_s < 0.5


def test_text_and_bytes_pass_through_calls(verifier: Verifier) -> None:
    values = (TEXT, "\ud800", "\0", bytes(range(256)), "x" * 5_000_000)
    problem = Problem("echo", [CallTest("echo", (value,), value) for value in values], ROOMY)
    (result,) = verifier.verify(problem, ["def echo(value):\n    return value"]).results
    assert result.passed, [execution.detail for execution in result.executions]
