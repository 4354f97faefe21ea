"""What a model may be told of why its program failed, so that it writes a better one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from verifierd_client.problems import (
    AssertsTest,
    CallTest,
    Digest,
    FilesTest,
    Problem,
    Role,
    StdioTest,
    Test,
)
from verifierd_client.results import CandidateResult, ExecutionResult, Verdict
from verifierd_client.sampling import Prompt

MOST_CHARACTERS = 2000


class Reveal(Enum):
    """Whose tests' contents the model may see; what a program printed on a test counts as its content.

    Attributes:
        NOTHING: no test's. The model is told the verdict.
        EXAMPLES: those of tests with the role EXAMPLE, which the model could see anyway.
        ALL: those of every test. What then passes has seen its tests: it is no measure of the model.
    """

    NOTHING = "NOTHING"
    EXAMPLES = "EXAMPLES"
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Feedback:
    """A program that failed, and why.

    Attributes:
        answer: the model's own words that had the program.
        verdict: of the program.
        evidence: for the model: the first failing test that it may see, and what the program did on it; empty
            where it may see none.
    """

    answer: str
    verdict: Verdict
    evidence: str = ""


Revise = Callable[[Prompt, Feedback], Prompt]
"""Makes of a query's prompt the one that asks for a better program."""


def feedback(answer: str, result: CandidateResult, problem: Problem | Digest, reveal: Reveal) -> Feedback:
    """Return what the model may be told. Of a problem that is only named by its digest no test is known."""
    tests = () if isinstance(problem, Digest) else problem.tests
    by_id = {test.id or str(at): test for at, test in enumerate(tests)}
    for execution in result.executions:
        test = by_id.get(execution.test_id)
        has_failed = execution.verdict.tells_of_program and execution.verdict is not Verdict.ACCEPTED
        if has_failed and _may_see(test, reveal):
            return Feedback(answer, result.verdict, _described(test, execution))
    return Feedback(answer, result.verdict)


def revision_prompt(prompt: Prompt, told: Feedback) -> Prompt:
    """Return the prompt that asks for a better program.

    A chat goes on: the model's answer, then what is wrong with it. A text that the model goes on from is
    followed by the failed program, what is wrong with it as comments, and the text once more.
    """
    wrong = f"This program does not solve the problem. Verdict: {told.verdict.value}."
    if told.evidence:
        wrong += f"\n\n{told.evidence}"
    if isinstance(prompt, str):
        comments = "".join(f"# {line}\n" for line in wrong.splitlines())
        return f"{prompt}{told.answer}\n\n{comments}# A program that solves it:\n\n{prompt}"
    ask = f"{wrong}\n\nWrite the whole program again, correctly."
    return [*prompt, {"role": "assistant", "content": told.answer}, {"role": "user", "content": ask}]


def _may_see(test: Test | None, reveal: Reveal) -> bool:
    if test is None or reveal is Reveal.NOTHING:
        return False
    return reveal is Reveal.ALL or test.role is Role.EXAMPLE


def _described(test: Test | None, execution: ExecutionResult) -> str:
    match test:
        case StdioTest():
            parts = [
                ("Standard input", _text(test.stdin)),
                ("Expected on standard output", _text(test.expected_stdout)),
                ("It printed", execution.stdout.text),
            ]
        case CallTest():
            arguments = [repr(each) for each in test.args]
            arguments += [f"{name}={value!r}" for name, value in test.kwargs.items()]
            parts = [
                ("Call", f"{test.function}({', '.join(arguments)})"),
                ("Expected", repr(test.expected)),
                ("It returned", "" if execution.actual is None else repr(execution.actual[0])),
            ]
        case AssertsTest():
            parts = [("Test", test.source)]
        case FilesTest():
            parts = [("Standard input", _text(test.stdin)), ("Expected files", repr(dict(test.expected)))]
        case _:
            parts = []
    parts += [("Verdict on this test", execution.verdict.value), ("Detail", execution.detail)]
    parts += [("Standard error", execution.stderr.text)]
    return "\n".join(f"{name}: {_short(text)}" for name, text in parts if text.strip())


def _text(given: str | bytes) -> str:
    return given if isinstance(given, str) else given.decode(errors="backslashreplace")


def _short(text: str) -> str:
    """Return a text, or of a long one its beginning and its end."""
    if len(text) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2
    return f"{text[:half]}\n[{len(text) - 2 * half} characters left out]\n{text[-half:]}"
