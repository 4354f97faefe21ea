"""A checker that is a program judges from a sandbox of its own, and no candidate has a say in how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.conformance.cases import MIB, ROOMY
from verifierd_client import (
    Candidate,
    CandidateResult,
    Checker,
    InvalidRequest,
    Problem,
    Program,
    StdioTest,
    Verdict,
    Verifier,
)

LIMITS = replace(ROOMY, cpu_time_s=2.0, memory_bytes=256 * MIB)
# Any divisor of the input but 1 and itself is right; the answer file says whether there is one.
DIVISOR = """
import sys
given, output, answer = (open(path).read().split() for path in sys.argv[1:])
if not output:
    print("nothing was printed", file=sys.stderr)
    sys.exit(2)
if not output[0].lstrip("-").isdigit():
    print(f"{output[0]!r} is no number", file=sys.stderr)
    sys.exit(2)
number, divisor = int(given[0]), int(output[0])
if answer == ["none"]:
    sys.exit(0 if divisor == -1 else 1)
if 1 < divisor < number and number % divisor == 0:
    sys.exit(0)
print(f"{divisor} does not divide {number}", file=sys.stderr)
sys.exit(1)
"""
# As the data set open-r1/codeforces has them: input, reference output, submission; 1 or 0 is printed.
OPEN_R1 = """
import sys

def main(input_path, output_path, submission_path):
    with open(input_path) as given, open(output_path) as reference, open(submission_path) as submission:
        number, has_one = int(given.readline()), reference.readline().strip() != "none"
        divisor = int(submission.readline())
    print(int(divisor == -1 if not has_one else 1 < divisor < number and number % divisor == 0))

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3])
"""
# What testlib.h does for a checker, in short.
TESTLIB = """
#include <fstream>
#include <iostream>
int main(int argc, char **argv) {
    if (argc != 4) return 3;
    std::ifstream given(argv[1]), output(argv[2]), answer(argv[3]);
    long number, divisor;
    std::string word;
    if (!(given >> number) || !(answer >> word)) return 3;
    if (!(output >> divisor)) { std::cerr << "wrong output format a number was expected\\n"; return 2; }
    bool right = word == "none" ? divisor == -1 : 1 < divisor && divisor < number && number % divisor == 0;
    std::cerr << (right ? "ok" : "wrong answer no divisor") << "\\n";
    return right ? 0 : 1;
}
"""
TESTS = [StdioTest("15\n", "3\n"), StdioTest("49\n", "7\n"), StdioTest("13\n", "none\n")]
SMALLEST = "n = int(input())\nprint(next((d for d in range(2, n) if n % d == 0), -1))"
LARGEST = "n = int(input())\nprint(next((d for d in range(n - 1, 1, -1) if n % d == 0), -1))"
ALWAYS_5 = "print(5)"
SILENT = ""
ONE = Checker("program", program=Program(DIVISOR))


def verify(
    verifier: Verifier, checker: Checker, *sources: str, tests: Sequence[StdioTest] = TESTS
) -> list[CandidateResult]:
    problem = Problem("divisor", tests, LIMITS, checker)
    return list(verifier.verify(problem, [Candidate(source) for source in sources]).results)


def verdicts(result: CandidateResult) -> list[str]:
    return [each.verdict.value for each in result.executions]


@pytest.mark.parametrize(
    "checker",
    [ONE, Checker("program", {"protocol": "open-r1"}, Program(OPEN_R1))],
    ids=["testlib", "open-r1"],
)
def test_whatever_the_checker_takes_for_right_is_accepted(verifier: Verifier, checker: Checker) -> None:
    smallest, largest, always = verify(verifier, checker, SMALLEST, LARGEST, ALWAYS_5)
    assert (smallest.verdict, largest.verdict) == (Verdict.ACCEPTED, Verdict.ACCEPTED), (smallest, largest)
    assert verdicts(always) == ["ACCEPTED", "WRONG_ANSWER", "WRONG_ANSWER"], always
    assert {each.checker for each in smallest.executions} == {"program@1"}


def test_one_that_is_compiled_judges_too(verifier: Verifier) -> None:
    available = [each.name for each in verifier.capabilities().languages if each.available]
    if "cpp17" not in available:
        pytest.skip("no C++ is here")
    checker = Checker("program", program=Program(TESTLIB, "cpp17"))
    right, wrong, silent = verify(verifier, checker, SMALLEST, ALWAYS_5, "pass")
    assert right.passed, right
    assert "the checker refused it: wrong answer no divisor" in wrong.detail
    assert "the checker refused its form: wrong output format" in silent.detail


def test_what_it_wrote_is_the_detail(verifier: Verifier) -> None:
    (wrong,) = verify(verifier, ONE, "print(4)")
    assert wrong.detail == "test 0: the checker refused it: 4 does not divide 15"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("raise SystemExit(3)", "exit code 3"),
        ("1 / 0", "ZeroDivisionError"),
        ("while True: pass", "cpu limit"),
        ("kept = b'x' * (1 << 34)", "MemoryError|memory limit"),
        ("print('x' * (1 << 20))", "output limit"),
        ("def f(:", "does not compile"),
        ("import os\nos.kill(os.getpid(), 9)", "signal 9"),
    ],
)
def test_a_checker_that_fails_is_nobodys_wrong_answer(verifier: Verifier, source: str, says: str) -> None:
    (result,) = verify(verifier, Checker("program", program=Program(source)), SMALLEST, tests=TESTS[:1])
    assert result.verdict is Verdict.INFRASTRUCTURE_ERROR, result
    assert "the checker failed" in result.detail
    assert any(word in result.detail for word in says.split("|")), result.detail


def test_a_candidate_that_fails_by_itself_is_not_excused_by_its_checker(verifier: Verifier) -> None:
    broken = Checker("program", program=Program("raise SystemExit(3)"))
    (result,) = verify(verifier, broken, "raise SystemExit(7)")
    assert result.verdict is Verdict.RUNTIME_ERROR


def test_equal_outputs_are_checked_once_and_each_check_has_its_price(verifier: Verifier) -> None:
    same = [f"# {number}\n{SMALLEST}" for number in range(20)]
    problem = Problem("divisor", TESTS, LIMITS, ONE)
    summary = verifier.verify(problem, [Candidate(source) for source in same]).summary
    cost = summary.cost
    assert cost.cache_hits == 20 * 3 - 3
    assert cost.executions + cost.cache_hits == 20 * 3 * 2
    assert len(summary.clusters) == 1


HOSTILE_OUTPUTS = {
    "endless digits": "print('9' * 900_000)",
    "deep brackets": "print('[' * 500_000)",
    "no text": "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 1000)",
    "words of a checker": "print('ok')\nimport sys\nprint('ok', file=sys.stderr)",
    "its files": "for name in ('answer.txt', 'output.txt'): open(name, 'w').write('none')\nprint('none')",
}


@pytest.mark.parametrize("name", HOSTILE_OUTPUTS)
def test_no_output_makes_the_checker_accept(verifier: Verifier, name: str) -> None:
    (result,) = verify(verifier, ONE, HOSTILE_OUTPUTS[name])
    assert not result.passed
    assert result.verdict in (Verdict.WRONG_ANSWER, Verdict.INFRASTRUCTURE_ERROR), result
    (after,) = verify(verifier, ONE, SMALLEST)
    assert after.passed


def test_the_candidate_sees_nothing_of_its_checker(verifier: Verifier) -> None:
    looks = (
        "import os\nfound = [p for p in os.listdir('/proc') if p.isdigit()]\n"
        "names = os.listdir('.') + os.listdir('/tmp')\n"
        "assert found == [str(os.getpid())] or set(found) <= {'1', str(os.getpid())}, found\n"
        "assert not names, names\n"
    )
    (result,) = verify(verifier, ONE, looks + SMALLEST)
    assert result.passed, result


def test_a_checker_in_a_language_that_is_not_there_is_refused(verifier: Verifier) -> None:
    with pytest.raises(InvalidRequest, match=r"checker\.program\.language: there is no language 'brainfuck'"):
        verify(verifier, Checker("program", program=Program("+", "brainfuck")), SMALLEST)
    with pytest.raises(InvalidRequest, match=r"checker\.program: it is absent"):
        verify(verifier, Checker("program"), SMALLEST)
