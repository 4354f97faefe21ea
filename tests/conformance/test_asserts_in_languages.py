"""`asserts` in each language that is here: a test program and a candidate that are built together.

What passes is a test program that came to its end, whatever the exit code says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sandboxes.languages import LANGUAGES
from tests.conformance.cases import ROOMY, there
from verifierd_client import AssertsTest, Candidate, ExecutionResult, Problem, Verdict, Verifier


@dataclass(frozen=True)
class Case:
    """A test program of `add`, with candidates that are right, wrong, and leave before the tests."""

    tests: str
    right: str
    wrong: str
    leaves: str


GO_HEAD = """package main
import ("os"; "testing"; "github.com/stretchr/testify/assert")
var _ = os.Exit
"""
C = Case(
    "#undef NDEBUG\n#include <assert.h>\nint main(void) { assert(add(1, 2) == 3); assert(add(-1, 1) == 0); }",
    "int add(int a, int b) { return a + b; }",
    "int add(int a, int b) { return a - b; }",
    "#include <stdlib.h>\nint add(int a, int b) { exit(0); }",
)
JAVASCRIPT = Case(
    "console.assert(add(1, 2) === 3); console.assert(add(-1, 1) === 0);",
    "const add = (a, b) => a + b;",
    "const add = (a, b) => a - b;",
    "const add = (a, b) => { process.exit(0); };",
)
CASES = {
    "c": C,
    "cpp17": C,
    "cpp20": C,
    "go": Case(
        "func TestAdd(t *testing.T) { assert := assert.New(t); assert.Equal(3, Add(1, 2)) }",
        GO_HEAD + "func Add(a int, b int) int { return a + b }",
        GO_HEAD + "func Add(a int, b int) int { return a - b }",
        GO_HEAD + "func Add(a int, b int) int { os.Exit(0); return 0 }",
    ),
    "java": Case(
        "public class Main { public static void main(String[] words) {"
        " if (new Solution().add(1, 2) != 3) throw new AssertionError();"
        " assert new Solution().add(-1, 1) == 0; } }",
        "class Solution { int add(int a, int b) { return a + b; } }",
        "class Solution { int add(int a, int b) { return a - b; } }",
        "class Solution { int add(int a, int b) { System.exit(0); return 0; } }",
    ),
    "javascript": JAVASCRIPT,
    "typescript": Case(
        "console.assert(add(1, 2) === 3); console.assert(add(-1, 1) === 0);",
        "const add = (a: number, b: number): number => a + b;",
        "const add = (a: number, b: number): number => a - b;",
        "const add = (a: number, b: number): number => { process.exit(0); return 0; };",
    ),
    "perl": Case(
        "die 'not ok! 3' unless add(1, 2) == 3; die 'not ok! 0' unless add(-1, 1) == 0;",
        "sub add { return $_[0] + $_[1]; }",
        "sub add { return $_[0] - $_[1]; }",
        "sub add { exit 0; }",
    ),
    "php": Case(
        "assert(add(1, 2) === 3); assert(add(-1, 1) === 0);",
        "<?php function add($a, $b) { return $a + $b; }",
        "<?php function add($a, $b) { return $a - $b; }",
        "<?php function add($a, $b) { exit(0); }",
    ),
    "pypy": Case(
        "assert add(1, 2) == 3\nassert add(-1, 1) == 0",
        "def add(a, b): return a + b",
        "def add(a, b): return a - b",
        "def add(a, b): raise SystemExit(0)",
    ),
    "ruby": Case(
        "require 'test/unit'\nclass TestAdd < Test::Unit::TestCase\n"
        "  def test_add; assert_equal 3, add(1, 2); assert_equal 0, add(-1, 1); end\nend",
        "def add(a, b) = a + b",
        "def add(a, b) = a - b",
        "def add(a, b) = exit!(0)",
    ),
    "rust": Case(
        "#[cfg(test)]\nmod tests { use super::*; #[test] fn adds() {"
        " assert!(add(1, 2) == 3); assert!(add(-1, 1) == 0); } }",
        "fn add(a: i32, b: i32) -> i32 { a + b }",
        "fn add(a: i32, b: i32) -> i32 { a - b }",
        "fn add(_a: i32, _b: i32) -> i32 { std::process::exit(0) }",
    ),
}  # fmt: skip


@pytest.fixture(params=CASES)
def language(request: pytest.FixtureRequest, verifier: Verifier) -> Iterator[str]:
    """Each language that has a case and that the server has."""
    yield there(verifier, request.param)


def verify(verifier: Verifier, language: str, source: str, tests: str) -> ExecutionResult:
    problem = Problem("asserts", [AssertsTest(tests)], ROOMY)
    (result,) = verifier.verify(problem, [Candidate(source, language)]).results
    (execution,) = result.executions
    return execution


def test_every_language_that_takes_asserts_has_a_case() -> None:
    assert {
        name for name, each in LANGUAGES.items() if each.asserts and not each.asserts.closing
    } == CASES.keys()


def test_a_right_program_passes(verifier: Verifier, language: str) -> None:
    case = CASES[language]
    execution = verify(verifier, language, case.right, case.tests)
    assert execution.verdict is Verdict.ACCEPTED, execution


def test_a_wrong_program_is_refused_by_the_test(verifier: Verifier, language: str) -> None:
    case = CASES[language]
    execution = verify(verifier, language, case.wrong, case.tests)
    by_a_word = LANGUAGES[language].asserts.refused  # type: ignore[union-attr]
    assert execution.verdict is (Verdict.WRONG_ANSWER if by_a_word else Verdict.RUNTIME_ERROR), execution


def test_one_that_leaves_before_the_tests_does_not_pass(verifier: Verifier, language: str) -> None:
    case = CASES[language]
    execution = verify(verifier, language, case.leaves, case.tests)
    assert execution.verdict in (Verdict.RUNTIME_ERROR, Verdict.WRONG_ANSWER), execution


def test_a_test_that_asks_for_what_is_not_there_fails(verifier: Verifier, language: str) -> None:
    execution = verify(
        verifier, language, re.sub(r"\b([Aa])dd\b", r"\1dds", CASES[language].right), CASES[language].tests
    )
    assert execution.verdict in (Verdict.RUNTIME_ERROR, Verdict.WRONG_ANSWER, Verdict.COMPILE_ERROR), (
        execution
    )


WHAT_NAMES_ITS_FUNCTIONS_AS_WE_DO = {
    "c": "void write(int x) { (void)x; }\nint read(void) { return 0; }\n",
    "cpp17": "void write(int) {}\nint read() { return 0; }\n",
    "php": "<?php ?>\n",
}


@pytest.mark.parametrize("name", WHAT_NAMES_ITS_FUNCTIONS_AS_WE_DO)
def test_a_right_program_passes_whatever_else_it_has(verifier: Verifier, name: str) -> None:
    there(verifier, name)
    right = CASES[name].right + "\n?>\n" if name == "php" else CASES[name].right
    execution = verify(verifier, name, WHAT_NAMES_ITS_FUNCTIONS_AS_WE_DO[name] + right, CASES[name].tests)
    assert execution.verdict is Verdict.ACCEPTED, execution


def test_the_assertions_of_go_itself_are_known_too(verifier: Verifier) -> None:
    there(verifier, "go")
    head = 'package main\nimport "testing"\n'
    tests = 'func TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Errorf("not 3") } }'
    wrong = head + "func Add(a int, b int) int { return a - b }"
    assert verify(verifier, "go", wrong, tests).verdict is Verdict.WRONG_ANSWER
    panics = head + "func Add(a int, b int) int { panic(a) }"
    assert verify(verifier, "go", panics, tests).verdict is Verdict.RUNTIME_ERROR


HIDES_THE_TESTS = {
    "c": "int main(void) { return 0; }\n#define main tests_main",
    "cpp17": "int main() { return 0; }\n#define main tests_main",
    "javascript": "return;",
    "typescript": "if (1 > 0) { process.exitCode = 0; }\nlet asserts = console; asserts.assert = () => {};",
    "perl": "__END__",
    "php": "?>",
    "java": "class Problem { public static void main(String[] words) {} }",
    "ruby": "__END__",
    "rust": "macro_rules! assert { ($($t:tt)*) => {} }",
    "go": "func init() { os.Exit(0) }",
    "pypy": "__import__('os')._exit(0)",
}


@pytest.mark.parametrize("name", HIDES_THE_TESTS)
def test_a_program_that_hides_the_tests_does_not_pass(verifier: Verifier, name: str) -> None:
    there(verifier, name)
    wrong, hides = CASES[name].wrong, HIDES_THE_TESTS[name]
    source = f"{hides}\n{wrong}" if name in ("rust", "typescript") else f"{wrong}\n{hides}"
    execution = verify(verifier, name, source.replace("\n<?php", "\n"), CASES[name].tests)
    assert execution.verdict is not Verdict.ACCEPTED, execution


ONE_STATEMENT = "console.assert(add(1, 2) === 3);"
TWO_ASSERTIONS = (
    "#include <assert.h>\nint main(void) {{ assert(add(1, 2) == 3); /* and */ assert(add(-1, 1) == 0); }}"
)
HIDES_THEM_OTHERWISE = [
    ("c", "#include <assert.h>\n#define __assert_fail(...) ((void)0)\n{wrong}", TWO_ASSERTIONS),
    ("javascript", "{wrong}\nif (0)", ONE_STATEMENT),
    ("javascript", "{wrong}\nvar q = () =>", ONE_STATEMENT),
    ("javascript", "{wrong}\nvar console = {{ assert() {{}} }};", ONE_STATEMENT),
    ("typescript", "{wrong}\nif (0)", ONE_STATEMENT),
    ("php", "{wrong}\nif (false)", "assert(add(1, 2) === 3);"),
    ("ruby", "{wrong}\nfalse and\n", "raise 'not ok! 3' unless add(1, 2) == 3"),
    ("perl", "{wrong}\n0 and\n", "die 'not ok! 3' unless add(1, 2) == 3;"),
    ("rust", "macro_rules! assert {{ ($($e:tt)*) => {{}} }}\n{wrong}\n#[cfg(any())]", CASES["rust"].tests),
    ("c", "int add(int a, int b) {{ return 0; }}\nint main(void) {{ /*", TWO_ASSERTIONS),
    ("cpp17", "int add(int a, int b) {{ return 0; }}\nint main() {{ /*", TWO_ASSERTIONS),
    (
        "go",
        GO_HEAD + "func Add(a int, b int) int {{ return 0 }} /*",
        "func TestAdd(t *testing.T) {{ assert.Equal(t, 3, Add(1, 2)) }} /* and */"
        " func TestZero(t *testing.T) {{ assert.Equal(t, 0, Add(-1, 1)) }}",
    ),
    (
        "javascript",
        "const add = () => 0; /*",
        "console.assert(add(1, 2) === 3); /* and */ console.assert(add(-1, 1) === 0);",
    ),
    (
        "php",
        "<?php function add($a, $b) {{ return 0; }} /*",
        "assert(add(1, 2) === 3); /* and */ assert(add(-1, 1) === 0);",
    ),
    ("c", "#include <assert.h>\n#define NDEBUG\n{wrong}", "int main(void) {{ assert(add(1, 2) == 3); }}"),
    (
        "go",
        GO_HEAD + "func Add(a int, b int) int {{ return 0 }}",
        "func askAdd(t *testing.T) {{ assert.Equal(t, 3, Add(1, 2)) }}",
    ),
    ("cpp17", "{wrong} // \\", CASES["cpp17"].tests),
    ("php", "<?php return;\n{wrong}", CASES["php"].tests),
    ("php", "{wrong}\n__halt_compiler();", CASES["php"].tests),
    ("perl", "{wrong}\n1;\n=pod\n", CASES["perl"].tests),
    ("perl", "{wrong}\nreturn 1;", CASES["perl"].tests),
    ("ruby", "{wrong}\nreturn", CASES["ruby"].tests),
    ("rust", "#![cfg(any())]\n{wrong}", CASES["rust"].tests),
    ("rust", "{wrong}\n#[cfg(any())]", CASES["rust"].tests),
    (
        "java",
        "class Main {{ public static void main(String[] words) {{}} }} {wrong}",
        "class Problem {{ public static void main(String[] words)"
        " {{ assert new Solution().add(1, 2) == 3; }} }}",
    ),
]


@pytest.mark.parametrize(("name", "source", "tests"), HIDES_THEM_OTHERWISE)
def test_no_other_way_to_hide_them_passes(verifier: Verifier, name: str, source: str, tests: str) -> None:
    there(verifier, name)
    wrong = CASES[name].wrong
    wrong = wrong.removeprefix("<?php ") if source.startswith("<?php") else wrong
    tests = tests if tests == CASES[name].tests else tests.format()
    execution = verify(verifier, name, source.format(wrong=wrong), tests)
    assert execution.verdict is not Verdict.ACCEPTED, execution


def test_a_main_with_assertions_is_a_test_in_rust_too(verifier: Verifier) -> None:
    there(verifier, "rust")
    main = "fn main() { assert_eq!(add(1, 2), 3); }"
    assert verify(verifier, "rust", CASES["rust"].right, main).verdict is Verdict.ACCEPTED
    assert verify(verifier, "rust", CASES["rust"].wrong, main).verdict is not Verdict.ACCEPTED


@pytest.mark.parametrize("file", ["program.pl", "main.pl"])
def test_what_a_program_did_to_its_tests_while_compiled_is_undone(verifier: Verifier, file: str) -> None:
    there(verifier, "perl")
    passes = "sysread STDIN, my $token, 32; open my $end, '>&=', 3; syswrite $end, $token;"
    rewrites = f'unlink "/program/{file}"; open F, ">", "/program/{file}"; print F q({passes}); close F;'
    source = f"BEGIN {{ {rewrites} }}\n{CASES['perl'].wrong}"
    execution = verify(verifier, "perl", source, CASES["perl"].tests)
    assert execution.verdict is Verdict.WRONG_ANSWER, execution
    assert "not ok! 3" in execution.detail


PLUS_ZERO = LANGUAGES["coq"].self_test
PROOFS = {
    "right": (PLUS_ZERO.source, Verdict.ACCEPTED),
    "wrong": (PLUS_ZERO.source.replace("rewrite same", "idtac"), Verdict.COMPILE_ERROR),
    "of something else": (PLUS_ZERO.source.replace("n + 0 = n", "n + 0 = 0"), Verdict.COMPILE_ERROR),
    "of another statement": (
        "Theorem plus_zero : forall n : nat, n = n. Proof. reflexivity. Qed.",
        Verdict.WRONG_ANSWER,
    ),
    "admitted": ("Theorem plus_zero : forall n : nat, n + 0 = n. Admitted.", Verdict.WRONG_ANSWER),
    "an axiom": ("Axiom plus_zero : forall n : nat, n + 0 = n.", Verdict.WRONG_ANSWER),
    "by an axiom": (
        "Axiom no : False. Theorem plus_zero : forall n : nat, n + 0 = n. Proof. destruct no. Qed.",
        Verdict.WRONG_ANSWER,
    ),
    "by a parameter": ("Parameter plus_zero : forall n : nat, n + 0 = n.", Verdict.WRONG_ANSWER),
    "an axiom whose type ends as a proof does": (
        "Axiom cheat : forall (Closed : Set->Set->Set->Set->Prop) (under the global context : Set),"
        " Closed under the global context. Global Set Printing Width 500."
        " Theorem plus_zero : forall n : nat, n + 0 = n."
        " Proof. intro. destruct (cheat (fun _ _ _ _ => False) nat nat nat nat). Qed.",
        Verdict.WRONG_ANSWER,
    ),
    "without guard": (
        "Unset Guard Checking. Fixpoint no (n : nat) : False := no n."
        " Theorem plus_zero : forall n : nat, n + 0 = n. Proof. destruct (no 0). Qed.",
        Verdict.WRONG_ANSWER,
    ),
    "nothing": ("(* nothing *)", Verdict.WRONG_ANSWER),
    "another nat": (
        "Inductive nat := O. Theorem plus_zero : forall n : nat, n = n. Proof. reflexivity. Qed.",
        Verdict.WRONG_ANSWER,
    ),
    "never ends": (
        "Ltac loop := idtac; loop. Theorem plus_zero : forall n : nat, n + 0 = n. Proof. loop. Qed.",
        Verdict.COMPILE_ERROR,
    ),
}


@pytest.mark.parametrize("proof", PROOFS)
def test_a_proof_passes_that_typechecks_and_rests_on_no_axiom(verifier: Verifier, proof: str) -> None:
    there(verifier, "coq")
    source, verdict = PROOFS[proof]
    execution = verify(verifier, "coq", source, PLUS_ZERO.tests)
    assert execution.verdict is verdict, execution


@pytest.mark.parametrize("name", [name for name, each in LANGUAGES.items() if each.self_test.tests])
def test_the_self_test_of_a_language_without_input_and_output_passes(verifier: Verifier, name: str) -> None:
    there(verifier, name)
    test = LANGUAGES[name].self_test
    execution = verify(verifier, name, test.source, test.tests)
    assert execution.verdict is Verdict.ACCEPTED, execution
