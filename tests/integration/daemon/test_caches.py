"""Equal work is done once: outcomes and compiled programs that a daemon kept serve later batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.support.backends import BACKENDS, serving, why_not
from verifierd_client import (
    BatchResult,
    CallTest,
    Candidate,
    Checker,
    ExecutionResult,
    Limits,
    Options,
    Problem,
    Program,
    StdioTest,
    Verdict,
    Verifier,
)

RESULTS, COMPILED = {"VERIFIERD_CACHE__RESULT_MIB": "8"}, {"VERIFIERD_CACHE__COMPILE_MIB": "8"}
LIMITS = Limits(cpu_time_s=4, memory_bytes=256 << 20)
TESTS = [StdioTest("1", "2"), StdioTest("2", "4")]
RIGHT, WRONG, FAILS = "print(int(input()) * 2)", "print(2)", "print(2)\nraise ValueError('no')"
# No word of it gives it away.
VARIES = "m = __import__('ran' 'dom'); print(m.getrandbits(60))"
DOUBLES_IN_CPP = "#include <iostream>\nint main() { int n; std::cin >> n; std::cout << 2 * n; }"


@pytest.fixture
def verifier(request: pytest.FixtureRequest) -> Iterator[Verifier]:
    """A client of a daemon of its own, with one sandbox."""
    (backend,) = [each for each in BACKENDS if each.name == "bubblewrap"]
    if reason := why_not(backend):
        pytest.skip(reason)
    with serving(backend, 1, **request.param) as service, Verifier(service.address) as client:
        yield client


def verify(verifier: Verifier, *sources: str, language: str = "python", fresh: bool = False) -> BatchResult:
    candidates = [Candidate(source, language) for source in sources]
    return verifier.verify(Problem("double", TESTS, LIMITS), candidates, Options(fresh=fresh))


def executions(batch: BatchResult) -> list[ExecutionResult]:
    return [each for result in batch.results for each in result.executions]


@pytest.mark.parametrize("verifier", [RESULTS], indirect=True)
def test_what_two_batches_agreed_on_is_not_run_a_third_time(verifier: Verifier) -> None:
    first, second, third = (verify(verifier, RIGHT, WRONG, FAILS, "print(") for _ in range(3))
    verdicts = [Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.RUNTIME_ERROR, Verdict.COMPILE_ERROR]
    for batch in (first, second, third):
        assert [each.verdict for each in batch.results] == verdicts
    for batch in (first, second):
        assert batch.summary.cost.cache_hits == 0
        assert not any(each.from_cache for each in executions(batch))
    cost, made = third.summary.cost, first.summary.cost
    assert (cost.executions, cost.cache_hits) == (0, made.executions)
    assert (cost.cpu_time_s, cost.memory_gib_seconds, cost.verification_usd) == (0, 0, 0)
    for was, known in zip(executions(second), executions(third), strict=True):
        if known.verdict is not Verdict.SKIPPED:
            assert known.from_cache
            assert known.started_at is known.ended_at is None
            assert (known.stdout, known.stderr, known.detail) == (was.stdout, was.stderr, was.detail)
            assert (known.behaviour, known.exit_code) == (was.behaviour, was.exit_code)
    assert [cluster.candidate_ids for cluster in third.summary.clusters] == [
        cluster.candidate_ids for cluster in first.summary.clusters
    ]


@pytest.mark.parametrize("verifier", [RESULTS], indirect=True)
def test_a_batch_that_wants_fresh_runs_gets_them(verifier: Verifier) -> None:
    for _ in range(3):
        verify(verifier, RIGHT)
    fresh = verify(verifier, RIGHT, fresh=True)
    assert (fresh.summary.cost.executions, fresh.summary.cost.cache_hits) == (2, 0)
    assert verify(verifier, RIGHT).summary.cost.cache_hits == 2


@pytest.mark.parametrize("verifier", [RESULTS], indirect=True)
def test_a_program_that_varies_is_run_each_time(verifier: Verifier) -> None:
    said = set()
    for _ in range(5):
        batch = verify(verifier, VARIES)
        assert batch.summary.cost.cache_hits == 0
        said |= {each.stdout.content for each in executions(batch)}
    assert len(said) == 10


@pytest.mark.parametrize("verifier", [RESULTS], indirect=True)
def test_another_expected_answer_is_another_verdict_of_the_same_outcome(verifier: Verifier) -> None:
    for _ in range(2):
        verify(verifier, RIGHT)
    other = Problem("other", [StdioTest("1", "3"), StdioTest("2", "4")], LIMITS)
    batch = verifier.verify(other, [Candidate(RIGHT)])
    assert [each.verdict for each in executions(batch)] == [Verdict.WRONG_ANSWER, Verdict.ACCEPTED]
    assert batch.summary.cost.cache_hits == 2


@pytest.mark.parametrize("verifier", [RESULTS], indirect=True)
def test_values_of_calls_are_known_by_type_and_content(verifier: Verifier) -> None:
    problem = Problem("f", [CallTest("f", [1], expected=(1, 1.0))], LIMITS)
    for known in (0, 0, 1):
        batch = verifier.verify(problem, [Candidate("def f(x): return x, float(x)")])
        assert batch.results[0].verdict is Verdict.ACCEPTED, batch.results[0]
        assert batch.summary.cost.cache_hits == known
        assert executions(batch)[0].actual == ((1, 1.0),)


@pytest.mark.parametrize("verifier", [COMPILED], indirect=True)
def test_an_equal_program_is_compiled_once(verifier: Verifier) -> None:
    with suppress(IndexError):
        assert not verify(verifier, "int main() { return }", language="cpp17").results[0].passed
    batches = [verify(verifier, DOUBLES_IN_CPP, language="cpp17") for _ in range(3)]
    if "is not here" in (detail := batches[0].results[0].detail):
        pytest.skip(detail)
    assert all(batch.results[0].passed for batch in batches)
    compiled = [executions(batch)[0].compile_ended_at is not None for batch in batches]
    assert compiled == [True, False, False]
    assert all(batch.summary.cost.executions == 2 for batch in batches)
    other = verify(verifier, f"{DOUBLES_IN_CPP}\n", language="cpp17")
    assert executions(other)[0].compile_ended_at is not None


@pytest.mark.parametrize("verifier", [COMPILED], indirect=True)
def test_a_checker_is_compiled_once_for_all_candidates(verifier: Verifier) -> None:
    checker = Checker("program", program=Program("int main() { return 0; }", "cpp17"))
    problem = Problem("any", TESTS[:1], LIMITS, checker)
    first, *others = (
        verifier.verify(problem, [Candidate(f"print({number})")]).summary.cost for number in range(4)
    )
    assert all(3 * cost.cpu_time_s < first.cpu_time_s for cost in others), (first, others)
