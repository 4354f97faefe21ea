"""`call` tests in each language that has them: arguments by the declared types, values type for type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.conformance.call_cases import KNOW_NAMES, PROGRAMS, Call, calls_of
from tests.conformance.cases import MIB, ROOMY, there
from verifierd_client import CallTest, Candidate, ExecutionResult, Problem, Verdict, Verifier

LIMITS = replace(ROOMY, cpu_time_s=2.0, memory_bytes=256 * MIB)
pytestmark = pytest.mark.timeout(600)  # five builds in a batch, and compilers are slow beside other work
Results = list[tuple[Call, ExecutionResult]]


@pytest.fixture(scope="module", params=PROGRAMS)
def language(request: pytest.FixtureRequest, verifier: Verifier) -> str:
    """Each language that has `call` tests and that the server has."""
    return there(verifier, request.param)


@pytest.fixture(scope="module")
def results(verifier: Verifier, language: str) -> dict[str, Results]:
    """What each call of the language's program came to: one batch, in which each function is built once."""
    groups = calls_of(language)
    tests = [call.test for calls in groups.values() for call in calls]
    executions = iter(executed(verifier, language, PROGRAMS[language], tests))
    return {name: [(call, next(executions)) for call in calls] for name, calls in groups.items()}


def executed(
    verifier: Verifier, language: str, source: str, tests: Sequence[CallTest]
) -> tuple[ExecutionResult, ...]:
    problem = Problem("calls", tests, LIMITS)
    (result,) = verifier.verify(problem, [Candidate(source, language=language)]).results
    assert len(result.executions) == len(tests), result.detail
    return result.executions


def test_what_it_returns_is_judged_type_for_type(results: dict[str, Results]) -> None:
    for call, execution in results["return"]:
        assert execution.verdict is Verdict.ACCEPTED, (call, execution.detail)
    for call, execution in results["wrong"]:
        assert execution.verdict is Verdict.WRONG_ANSWER, (call, execution.detail)


def test_what_it_prints_is_kept_and_what_it_raises_is_told(results: dict[str, Results]) -> None:
    ((_, refused),) = results["raise"]
    assert refused.verdict is Verdict.RUNTIME_ERROR, refused
    assert "refused" in refused.detail
    fine = next(execution for call, execution in results["return"] if call.function == "check")
    assert fine.stdout.content == refused.stdout.content == b"checked\n"


def test_an_argument_that_does_not_fit_is_named(language: str, results: dict[str, Results]) -> None:
    if not results["refused"]:
        pytest.skip(f"{language} gives a function what comes, and no more or less")
    for call, execution in results["refused"]:
        assert execution.verdict is Verdict.RUNTIME_ERROR, (call, execution)
        assert call.raises in execution.detail, (call, execution.detail)


def test_arguments_by_name_are_for_languages_that_have_them(
    language: str, results: dict[str, Results]
) -> None:
    if language == "ruby":
        pytest.skip("ruby gives them to keyword parameters only, which have a test of their own")
    ((call, execution),) = results["named"]
    if language in KNOW_NAMES:
        assert execution.verdict is Verdict.ACCEPTED, execution
    else:
        assert execution.verdict is Verdict.RUNTIME_ERROR, execution
        assert call.raises in execution.detail


def test_a_function_that_is_not_there_is_named(results: dict[str, Results]) -> None:
    for call, execution in results["missing"]:
        assert execution.verdict in (Verdict.RUNTIME_ERROR, Verdict.COMPILE_ERROR), (call, execution)
        assert call.raises in execution.detail, (call, execution.detail)


def test_one_that_leaves_before_it_returns_has_returned_nothing(verifier: Verifier) -> None:
    source = "function f() { process.exit(0); }"
    (execution,) = executed(verifier, there(verifier, "javascript"), source, [CallTest("f", (), None)])
    assert execution.verdict is Verdict.RUNTIME_ERROR
    assert execution.detail == "ended without returning a value"


LIKE_LEETCODE = {
    "cpp17": "struct Solution { vector<int> f(vector<int>& a) { sort(a.begin(), a.end()); return a; } };",
    "java": "class Solution { public List<Integer> f(List<Integer> a) { Collections.sort(a); return a; } }",
    "javascript": "class Solution { f(a) { return a.sort((one, other) => one - other); } }",
    "rust": "impl Solution { pub fn f(mut a: Vec<i32>) -> Vec<i32> { a.sort(); a } }",
}
# Where LeetCode has no class, the plain function of that name is the method.
LIKE_LEETCODE_WITHOUT_A_CLASS = {
    "c": "int *f(int *a, int aSize, int *returnSize) { int first = a[0]; *returnSize = aSize;"
    " a[0] = a[2], a[2] = first; return aSize > INT_MIN ? a : NULL; }",
    "javascript": "var f = function (a) { return a.sort((one, other) => one - other); };",
    "typescript": "function f(a: number[]): number[] { return a.sort((one, other) => one - other); }",
    "ruby": "def f(a) = a.sort",
}
LEETCODE = [*LIKE_LEETCODE.items(), *LIKE_LEETCODE_WITHOUT_A_CLASS.items()]


@pytest.mark.parametrize(("language", "source"), LEETCODE)
def test_what_leetcode_brings_along_is_there(verifier: Verifier, language: str, source: str) -> None:
    test = CallTest("f", ([10, 9, -1],), [-1, 9, 10], class_name="Solution")
    (execution,) = executed(verifier, there(verifier, language), source, [test])
    assert execution.verdict is Verdict.ACCEPTED, execution


JAVA_SUM = " int f(int a, int b) { return a + b; } }"
WAYS_TO_HAVE_A_FUNCTION = [
    ("javascript", "export function f(a, b) { return a + b; }"),
    ("javascript", "export default (a, b) => a + b;"),
    ("javascript", 'import fs from "fs"; function f(a, b) { return a + b; }'),
    ("javascript", "module.exports = (a, b) => a + b;"),
    ("java", "interface A { int f(int a, int b); } class B implements A { public" + JAVA_SUM),
    ("java", "abstract class A { abstract int f(int a, int b); } class B extends A {" + JAVA_SUM),
    ("java", "class B { long f(long a, long b) { return 0; } int f(int a, int b) { return a + b; } int g; }"),
    ("cpp17", "void write(int) {} int read() { return 0; } int f(int a, int b) { return a + b; }"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source"), WAYS_TO_HAVE_A_FUNCTION)
def test_what_is_called_is_found(verifier: Verifier, language: str, source: str) -> None:
    (execution,) = executed(verifier, there(verifier, language), source, [CallTest("f", (1, 2), 3)])
    assert execution.verdict is Verdict.ACCEPTED, execution


def test_ruby_has_keyword_parameters(verifier: Verifier) -> None:
    call = CallTest("f", (1,), [1, "x"], {"named": "x"})
    source = "def f(given, named:) = [given, named]"
    (execution,) = executed(verifier, there(verifier, "ruby"), source, [call])
    assert execution.verdict is Verdict.ACCEPTED, execution
