"""Answers of mathematics get math-verify's verdict, whatever the text, on every backend that has it."""

from __future__ import annotations

import re
from dataclasses import replace

import math_verify
import pytest

from tests.conformance.answer_cases import EQUAL, PAIRS
from tests.conformance.cases import MIB, ROOMY
from verifierd_client import (
    AnswerTest,
    Candidate,
    CandidateResult,
    InvalidRequest,
    KilledBy,
    Limits,
    Problem,
    StdioTest,
    Verdict,
    Verifier,
)

LIMITS = replace(ROOMY, cpu_time_s=5.0, memory_bytes=256 * MIB)
CHECKER = "math-verify@1"
CHOICES = math_verify.StringExtractionConfig(strings=tuple("ABCDEFGHIJ"))
WORD = {True: Verdict.ACCEPTED, False: Verdict.WRONG_ANSWER}
# Known ways to hang a parser of mathematics, to fill its memory, or to have it run a text as code.
HANGS = r"\boxed{9^{9^{9}}}"
HOSTILE = {
    "power": "9**9**9",
    "tower": r"$" + "9^{" * 30 + "9" + "}" * 30 + "$",
    "factorials": r"\boxed{((9!)!)!}",
    "digits": r"\boxed{" + "7" * 100_000 + "}",
    "nesting": r"\boxed{" + "(" * 5000 + "1" + ")" * 5000 + "}",
    "fractions": r"\boxed{" + r"\frac{1}{1+" * 300 + "1" + "}" * 300 + "}",
    "matrix": r"\boxed{\begin{pmatrix}" + r"1 & 2 \\ " * 2000 + r"\end{pmatrix}^{-1}}",
    "dunder": r"\boxed{().__class__.__base__.__subclasses__()}",
    "import": "__import__('os').system('kill -9 -1')",
    "import in mathematics": r"$\text{__import__('os')._exit(0)}$",
    "function": r"\boxed{\operatorname{__import__}(os)}",
    "attribute": r"\boxed{f.__globals__(x)}",
    "lambda": r"\boxed{(lambda: 1/0)()}",
    "equal": 'equal\n{"returned":"equal"}',
    "sum": r"\boxed{\sum_{n=1}^{10^{100}} \frac{1}{n^{1.5}}}",
    "integral": r"\boxed{\int_0^1 \frac{\sin(x^{x^x})}{x} dx}",
    "boxes": r"\boxed{" * 2000 + "1",
    "dollars": "$" * 20_000,
}


@pytest.fixture(scope="module")
def reads_answers(verifier: Verifier) -> None:
    text = next(each for each in verifier.capabilities().languages if each.name == "text")
    if not text.available:
        pytest.skip(f"text is absent: {text.remedy}")


def judged(
    verifier: Verifier, expected: str, *texts: str, limits: Limits = LIMITS
) -> tuple[CandidateResult, ...]:
    problem = Problem("answer", [AnswerTest(expected)], limits)
    return verifier.verify(problem, [Candidate(text, "text") for text in texts]).results


def library_says(expected: str, text: str) -> bool:
    """Ask the library in this process, with its own timeouts."""
    is_marked = re.search(r"(?<!\\)\$|\\boxed|\\\(|\\\[", expected)
    gold = math_verify.parse(expected if is_marked else rf"\boxed{{{expected}}}")
    if len(expected) == 1 and expected in CHOICES.strings:
        return bool(
            math_verify.verify(gold, math_verify.parse(text, [CHOICES, math_verify.LatexExtractionConfig()]))
        )
    return bool(math_verify.verify(gold, math_verify.parse(text)))


def test_there_are_sixty_pairs_and_more() -> None:
    assert len(set(PAIRS)) == len(PAIRS) >= 60


@pytest.mark.parametrize(
    ("kind", "expected", "text", "is_equal"), PAIRS, ids=[f"{kind} {n}" for n, (kind, *_) in enumerate(PAIRS)]
)
def test_the_verdict_is_the_library_s_own_and_the_one_written_down(
    verifier: Verifier, reads_answers: None, kind: str, expected: str, text: str, is_equal: bool
) -> None:
    assert library_says(expected, text) is is_equal, kind
    (result,) = judged(verifier, expected, text)
    assert result.verdict is WORD[is_equal is EQUAL], result.detail
    assert result.executions[0].checker == CHECKER


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_is_accepted_for_what_it_does(verifier: Verifier, reads_answers: None, name: str) -> None:
    limits = replace(LIMITS, cpu_time_s=1.0, memory_bytes=128 * MIB)
    hostile, honest = judged(verifier, r"\frac{1}{2}", HOSTILE[name], "0.5", limits=limits)
    assert hostile.verdict in {
        Verdict.WRONG_ANSWER,
        Verdict.TIME_LIMIT_EXCEEDED,
        Verdict.MEMORY_LIMIT_EXCEEDED,
        Verdict.OUTPUT_LIMIT_EXCEEDED,
    }, (hostile.verdict, hostile.detail)
    assert honest.verdict is Verdict.ACCEPTED, honest.detail


def test_an_expression_that_hangs_is_out_of_time_and_the_next_one_is_judged(
    verifier: Verifier, reads_answers: None
) -> None:
    limits = replace(LIMITS, cpu_time_s=1.0)
    (hanging,) = judged(verifier, "387420489", HANGS, limits=limits)
    assert hanging.verdict is Verdict.TIME_LIMIT_EXCEEDED, hanging.detail
    assert hanging.executions[0].killed_by is KilledBy.CPU_LIMIT
    right, wrong = judged(verifier, "387420489", r"\boxed{9^9}", r"\boxed{9^8}", limits=limits)
    assert (right.verdict, wrong.verdict) == (Verdict.ACCEPTED, Verdict.WRONG_ANSWER)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"\boxed{\frac{1}{3}}", r"it was read as '\\frac{1}{3}', which is not equal to '1/2'"),
        ("I do not know.", "no answer that math-verify can read; expected '1/2'"),
    ],
)
def test_a_wrong_answer_says_what_was_read(
    verifier: Verifier, reads_answers: None, text: str, words: str
) -> None:
    (result,) = judged(verifier, "1/2", text)
    assert result.verdict is Verdict.WRONG_ANSWER
    assert words in result.detail


@pytest.mark.parametrize("expected", ["???", r"\frac{", r"\boxed{}"])
def test_an_expected_answer_that_cannot_be_read_refuses_the_batch(
    verifier: Verifier, reads_answers: None, expected: str
) -> None:
    with pytest.raises(InvalidRequest, match="the expected answer cannot be read") as refused:
        judged(verifier, expected, "7", "8")
    assert refused.value.field == "batch.problem.tests[0].answer.expected"
    assert "an answer that math-verify reads" in str(refused.value)


def test_one_that_hangs_its_reader_refuses_the_batch_too(verifier: Verifier, reads_answers: None) -> None:
    with pytest.raises(InvalidRequest, match=r"reading it exceeded its (cpu|memory)_limit"):
        judged(verifier, r"\binom{1000000000}{500000000}", "7")


def test_programs_are_no_answers_and_answers_no_programs(verifier: Verifier, reads_answers: None) -> None:
    with pytest.raises(InvalidRequest, match="tests of kind answer do not work in python; allowed: text"):
        verifier.verify(Problem("p", [AnswerTest("7")]), [Candidate("7", "python")])
    with pytest.raises(InvalidRequest, match="tests of kind stdio do not work in text"):
        verifier.verify(Problem("p", [StdioTest("", "7")]), [Candidate("7", "text")])


def test_equal_expressions_are_one_cluster_however_they_are_written(
    verifier: Verifier, reads_answers: None
) -> None:
    texts = (r"\boxed{\frac{1}{2}}", r"So it is $\frac12$.", r"\boxed{\frac{1}{3}}", r"$\dfrac{1}{3}$")
    problem = Problem("clusters", [AnswerTest("1/2")])
    summary = verifier.verify(problem, [Candidate(text, "text") for text in texts]).summary
    assert sorted(cluster.candidate_ids for cluster in summary.clusters) == [("0", "1"), ("2", "3")]
