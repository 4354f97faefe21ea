"""A talk with an interactor gets the verdict that its words, or the candidate's own end, give it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conformance.cases import MIB, ROOMY
from tests.integration.sandboxes.test_interactive import (
    CANDIDATE,
    CPP_CANDIDATE,
    CPP_INTERACTOR,
    INTERACTOR,
)
from verifierd_client import (
    Candidate,
    CandidateResult,
    InteractiveTest,
    InvalidRequest,
    KilledBy,
    Problem,
    Program,
    Verdict,
    Verifier,
)

LIMITS = replace(ROOMY, cpu_time_s=2.0, wall_time_s=5.0, memory_bytes=256 * MIB)
ANSWERS = "import time\nprint('!', 7, flush=True)\ntime.sleep(0.3)\n"
LAST_SEEN = "import sys\nfor line in sys.stdin: pass\n"
ACCEPTED, WRONG = Verdict.ACCEPTED, Verdict.WRONG_ANSWER
FAILED, OURS = Verdict.RUNTIME_ERROR, Verdict.INFRASTRUCTURE_ERROR
PLAYERS = {
    "guesses": (CANDIDATE, ACCEPTED, ""),
    "guesses at once": ("print('!', 7)", ACCEPTED, ""),
    "guesses wrong": ("print('!', 8)", WRONG, "the interactor refused it: wrong answer after 1"),
    "says nothing": ("pass", WRONG, "the interactor refused its form: it said no more"),
    "says nonsense": ("print('x y')", OURS, "the interactor failed: exit code 1: ValueError"),
    "goes on after its answer": (ANSWERS + "for i in range(9): print('more', flush=True)", ACCEPTED, ""),
    "fails after its answer": (ANSWERS + "1 / 0", FAILED, "ZeroDivisionError"),
    "fails": ("1 / 0", FAILED, "ZeroDivisionError"),
    "leaves with a code": ("raise SystemExit(3)", FAILED, "SystemExit: 3"),
    "computes": ("while True: pass", Verdict.TIME_LIMIT_EXCEEDED, "of CPU time"),
    "waits": ("input()", Verdict.TIME_LIMIT_EXCEEDED, "deadlock: the program and the interactor waited"),
    "takes memory": ("kept = b'x' * (1 << 29)", Verdict.MEMORY_LIMIT_EXCEEDED, "256 MiB"),
    "does not compile": ("def f(:", Verdict.COMPILE_ERROR, "SyntaxError"),
    "is none": ("", Verdict.NO_CODE, ""),
}  # fmt: skip


def talk(secret: int = 7, interactor: str = INTERACTOR, language: str = "python") -> InteractiveTest:
    return InteractiveTest(Program(interactor, language), str(secret), "an answer")


def verify(verifier: Verifier, candidate: str | Candidate, *tests: InteractiveTest) -> CandidateResult:
    problem = Problem("guess", list(tests) or [talk()], LIMITS)
    (result,) = verifier.verify(problem, [candidate]).results
    return result


@pytest.fixture(scope="module")
def found(verifier: Verifier) -> dict[str, CandidateResult]:
    candidates = [Candidate(source, id=name) for name, (source, _, _) in PLAYERS.items()]
    result = verifier.verify(Problem("guess", [talk()], LIMITS), candidates)
    return {name: result[name] for name in PLAYERS}


@pytest.mark.parametrize("name", PLAYERS)
def test_a_player_gets_its_verdict(found: dict[str, CandidateResult], name: str) -> None:
    _, verdict, detail = PLAYERS[name]
    assert found[name].verdict is verdict, found[name]
    assert detail in found[name].detail, found[name].detail


def test_a_deadlock_is_ended_by_the_wall_limit(found: dict[str, CandidateResult]) -> None:
    (execution,) = found["waits"].executions
    assert execution.killed_by is KilledBy.WALL_LIMIT
    assert execution.usage.cpu_time_s < 1.0


def test_whose_word_is_the_same_behave_alike(verifier: Verifier) -> None:
    sources = [CANDIDATE, f"# the same\n{CANDIDATE}", "print('!', 7)", "print('!', 8)", "print('!', 9)"]
    summary = verifier.verify(Problem("guess", [talk()], LIMITS), sources).summary
    assert sorted(sorted(each.candidate_ids) for each in summary.clusters) == [["0", "1"], ["2"], ["3", "4"]]


@pytest.mark.parametrize("interactor", ["python", "cpp17"])
@pytest.mark.parametrize("candidate", ["python", "cpp17"])
def test_either_may_be_compiled(verifier: Verifier, candidate: str, interactor: str) -> None:
    available = [each.name for each in verifier.capabilities().languages if each.available]
    if not {candidate, interactor} <= set(available):
        pytest.skip("no C++ is here")
    source = CANDIDATE if candidate == "python" else CPP_CANDIDATE
    against = INTERACTOR if interactor == "python" else CPP_INTERACTOR
    tests = [talk(secret, against, interactor) for secret in (1, 500_000, 1_000_000)]
    result = verify(verifier, Candidate(source, language=candidate), *tests)
    assert result.passed, result


@pytest.mark.parametrize(
    ("interactor", "says"),
    [
        ("raise SystemExit(3)", "exit code 3"),
        ("1 / 0", "ZeroDivisionError"),
        ("def f(:", "it does not compile: SyntaxError"),
        ("import os\nos.kill(os.getpid(), 9)", "signal 9"),
        ("import time\ntime.sleep(60)", "it met its wall limit"),
        (LAST_SEEN + "import time\ntime.sleep(60)", "it met its wall limit"),
    ],
)
def test_an_interactor_that_fails_is_nobodys_wrong_answer(
    verifier: Verifier, interactor: str, says: str
) -> None:
    player = "print('? 5', flush=True)\nprint('? 6', flush=True)\n" + (
        "pass" if interactor.startswith(LAST_SEEN) else LAST_SEEN
    )
    result = verify(verifier, player, talk(0, interactor))
    assert result.verdict is OURS, result
    assert f"the interactor failed: {says}" in result.detail or says in result.detail, result.detail


def test_its_price_is_on_the_bill(verifier: Verifier) -> None:
    spends = "from time import process_time\nwhile process_time() < 0.5: pass\n"
    summary = verifier.verify(Problem("guess", [talk(0, spends)], LIMITS), ["pass"]).summary
    assert summary.cost.cpu_time_s > 0.4


def test_what_it_needs_is_said_by_its_field(verifier: Verifier) -> None:
    field = r"tests\[0\]\.interactive\.interactor\."
    with pytest.raises(InvalidRequest, match=field + "language: there is no language 'brainfuck'"):
        verify(verifier, "pass", talk(0, "+", "brainfuck"))
    with pytest.raises(InvalidRequest, match=field + "source: it is empty"):
        verify(verifier, "pass", talk(0, " "))
