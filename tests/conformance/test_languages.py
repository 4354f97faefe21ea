"""Each language that is here runs, is judged and is compiled within its walls, on every backend.

Which are here is the server's own word; what it calls absent is skipped, with the command that installs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandboxes.languages import LANGUAGES
from tests.conformance.cases import MIB, ROOMY, there
from verifierd_client import (
    CallTest,
    Candidate,
    CandidateResult,
    InvalidRequest,
    Problem,
    StdioTest,
    Verdict,
    Verifier,
)

CPU_TIME_S = 2.0
LIMITS = replace(ROOMY, cpu_time_s=CPU_TIME_S, memory_bytes=256 * MIB)
DECLARED = [name for name, language in LANGUAGES.items() if language.run]
# What each does, where the language has a short way to say it.
SAYS_HELLO = {
    "c": '#include <stdio.h>\nint main(void) { puts("hello"); }',
    "cpp17": '#include <iostream>\nint main() { std::cout << "hello\\n"; }',
    "cpp20": '#include <iostream>\nint main() { std::cout << "hello\\n"; }',
    "go": 'package main\nimport "fmt"\nfunc main() { fmt.Println("hello") }',
    "java": 'public class Main { public static void main(String[] a) { System.out.println("hello"); } }',
    "javascript": 'console.log("hello")',
    "perl": 'print "hello\\n";',
    "php": '<?php echo "hello\\n";',
    "pypy": 'print("hello")',
    "ruby": 'puts "hello"',
    "rust": 'fn main() { println!("hello"); }',
    "typescript": 'console.log("hello")',
}
NEVER_ENDS = {
    "c": "int main(void) { for (volatile int i = 0;; ++i); }",
    "cpp17": "int main() { for (volatile int i = 0;; i = i + 1); }",
    "cpp20": "int main() { for (volatile int i = 0;; i = i + 1); }",
    "go": "package main\nfunc main() { for { } }",
    "java": "public class Main { public static void main(String[] a) { while (true); } }",
    "javascript": "for (;;);",
    "perl": "1 while 1;",
    "php": "<?php while (true);",
    "pypy": "while True: pass",
    "ruby": "loop {}",
    "rust": "fn main() { loop { std::hint::spin_loop(); } }",
    "typescript": "for (;;);",
}
FAILS = {
    "c": "int main(void) { return 3; }",
    "cpp17": "int main() { return 3; }",
    "cpp20": "int main() { return 3; }",
    "go": 'package main\nimport "os"\nfunc main() { os.Exit(3) }',
    "java": "public class Main { public static void main(String[] a) { System.exit(3); } }",
    "javascript": "process.exit(3)",
    "perl": "exit 3;",
    "php": "<?php exit(3);",
    "pypy": "raise SystemExit(3)",
    "ruby": "exit 3",
    "rust": "fn main() { std::process::exit(3) }",
    "typescript": "process.exit(3)",
}
TAKES_MEMORY = {
    "c": "#include <stdlib.h>\n#include <string.h>\n"
    "int main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }",
    "cpp17": "#include <vector>\nint main() { std::vector<std::vector<char>> v; "
    "for (;;) v.emplace_back(1 << 20, 'x'); }",
    "go": 'package main\nimport "bytes"\nvar kept [][]byte\n'
    "func main() { for { kept = append(kept, bytes.Repeat([]byte{1}, 1 << 20)) } }",
    "java": "import java.util.*; class Taker { public static void main(String[] a) {"
    " List<byte[]> kept = new ArrayList<>(); for (;;) kept.add(new byte[1 << 20]); } }",
    "javascript": "const kept = []; for (;;) kept.push(Buffer.alloc(1 << 20, 1));",
    "php": "<?php $kept = []; for (;;) $kept[] = random_bytes(1 << 20);",
    "pypy": "kept = []\nwhile True: kept.append(bytearray(b'x' * (1 << 20)))",
    "ruby": "kept = []; loop { kept << 'x' * (1 << 20) }",
    "typescript": "const kept = []; for (;;) kept.push(Buffer.alloc(1 << 20, 1));",
    "perl": 'my @kept; push @kept, "x" x (1 << 20) . @kept while 1;',
    "rust": "fn main() { let mut kept = Vec::new(); loop { kept.push(vec![1u8; 1 << 20]); } }",
}
TAKES_MEMORY["cpp20"] = TAKES_MEMORY["cpp17"]
IS_NO_PROGRAM = "this is no program { in any ( language"


@pytest.fixture(params=DECLARED)
def language(request: pytest.FixtureRequest, verifier: Verifier) -> Iterator[str]:
    """Each declared language that the server has."""
    yield there(verifier, request.param)


def verify(verifier: Verifier, language: str, source: str, *tests: StdioTest) -> CandidateResult:
    problem = Problem("language", list(tests) or [StdioTest("", "hello\n")], LIMITS)
    (result,) = verifier.verify(problem, [Candidate(source, language=language)]).results
    return result


def test_its_self_test_passes(verifier: Verifier, language: str) -> None:
    test = LANGUAGES[language].self_test
    result = verify(verifier, language, test.source, *[StdioTest(test.stdin, test.stdout)] * 3)
    assert result.passed, result
    assert [each.verdict for each in result.executions] == [Verdict.ACCEPTED] * 3


def test_it_is_compiled_once_and_that_is_on_the_bill(verifier: Verifier, language: str) -> None:
    problem = Problem("language", [StdioTest("", "hello\n")] * 3, LIMITS)
    batch = verifier.verify(problem, [Candidate(SAYS_HELLO[language], language=language)])
    first, *others = batch.results[0].executions
    assert first.compile_started_at and first.compile_ended_at and first.started_at, first
    assert first.compile_started_at < first.compile_ended_at <= first.started_at
    assert [each.compile_ended_at for each in others] == [None, None]
    runs_s = sum(each.usage.cpu_time_s for each in (first, *others))
    assert batch.summary.cost.cpu_time_s > runs_s + 0.001
    assert batch.summary.cost.executions == 3


def test_it_is_judged_by_what_it_prints(verifier: Verifier, language: str) -> None:
    tests = [StdioTest("", "hello\n"), StdioTest("", "good-bye\n"), StdioTest("unread\n" * 9999, "hello\n")]
    result = verify(verifier, language, SAYS_HELLO[language], *tests)
    verdicts = [each.verdict for each in result.executions]
    assert verdicts == [Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.ACCEPTED], result


def test_one_that_never_ends_meets_its_time_limit(verifier: Verifier, language: str) -> None:
    (execution,) = verify(verifier, language, NEVER_ENDS[language]).executions
    assert execution.verdict is Verdict.TIME_LIMIT_EXCEEDED, execution
    assert execution.usage.cpu_time_s >= CPU_TIME_S * LANGUAGES[language].limits.cpu_factor


def test_one_that_fails_tells_its_exit_code(verifier: Verifier, language: str) -> None:
    (execution,) = verify(verifier, language, FAILS[language]).executions
    assert (execution.verdict, execution.exit_code) == (Verdict.RUNTIME_ERROR, 3), execution


def test_what_does_not_compile_is_told_in_the_compilers_words(verifier: Verifier, language: str) -> None:
    (execution,) = verify(verifier, language, IS_NO_PROGRAM).executions
    if language == "php":  # to PHP it is text, which it prints
        assert execution.verdict is Verdict.WRONG_ANSWER, execution
        return
    assert execution.verdict is Verdict.COMPILE_ERROR, execution
    assert LANGUAGES[language].source.partition(".")[0] in execution.detail, execution.detail


def test_one_that_takes_all_memory_meets_its_limit(verifier: Verifier, language: str) -> None:
    (execution,) = verify(verifier, language, TAKES_MEMORY[language]).executions
    assert execution.verdict is Verdict.MEMORY_LIMIT_EXCEEDED, execution


def test_a_candidate_in_a_language_that_is_not_for_such_tests_is_refused(verifier: Verifier) -> None:
    problem = Problem("call", [CallTest("f", (1,), 2)], LIMITS)
    available = [each.name for each in verifier.capabilities().languages if each.available]
    if "coq" not in available:
        pytest.skip("coq is not here")
    with pytest.raises(InvalidRequest, match="tests of kind call do not work in coq"):
        verifier.verify(problem, [Candidate("", language="coq")])
