"""A model is told why its program failed, and never what a hidden test has in it."""

from __future__ import annotations

import pytest

from tests.unit.client.strategies.made import execution, result
from verifierd_client import (
    AssertsTest,
    CallTest,
    Digest,
    FilesTest,
    Problem,
    Role,
    StdioTest,
    Test,
    Verdict,
)
from verifierd_client.sampling import Prompt
from verifierd_client.strategies import Feedback, Reveal, revision_prompt
from verifierd_client.strategies.feedback import MOST_CHARACTERS, feedback

WRONG, PASSED = Verdict.WRONG_ANSWER, Verdict.ACCEPTED
HIDDEN, SEEN, PRINTED = "hidden-7361", "example-8264", "printed-9152"
KINDS: list[type[Test]] = [StdioTest, CallTest, AssertsTest, FilesTest]


def a_test(kind: type[Test], content: str, role: Role) -> Test:
    """A test of this kind that has the content wherever it may stand."""
    if kind is StdioTest:
        return StdioTest(content, content, role=role)
    if kind is CallTest:
        return CallTest("f", [content], content, kwargs={"k": content}, role=role)
    if kind is AssertsTest:
        return AssertsTest(f"assert f() == {content!r}", role=role)
    return FilesTest({content: content}, stdin=content, role=role)


def told(reveal: Reveal, *tests: Test, answer: str = "print()") -> Feedback:
    """What is told of a program that failed all tests, and printed something of its own on each."""
    failed = [
        execution(str(at), WRONG, detail=f"{HIDDEN if test.role is Role.JUDGE else SEEN}", stdout=PRINTED)
        for at, test in enumerate(tests)
    ]
    return feedback(answer, result(WRONG, failed, detail=HIDDEN), Problem("p", tests), reveal)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prompt", ["a text", [{"role": "user", "content": "a chat"}]])
def test_nothing_of_a_hidden_test_is_in_the_prompt_unless_asked_for(kind: type[Test], prompt: Prompt) -> None:
    hidden = a_test(kind, HIDDEN, Role.JUDGE)
    for reveal in (Reveal.NOTHING, Reveal.EXAMPLES):
        asked = str(revision_prompt(prompt, told(reveal, hidden)))
        assert HIDDEN not in asked
        assert PRINTED not in asked
        assert "WRONG_ANSWER" in asked
    assert HIDDEN in str(revision_prompt(prompt, told(Reveal.ALL, hidden)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_failing_example_is_told_though_a_hidden_test_failed_before_it(kind: type[Test]) -> None:
    evidence = told(
        Reveal.EXAMPLES, a_test(kind, HIDDEN, Role.JUDGE), a_test(kind, SEEN, Role.EXAMPLE)
    ).evidence
    assert SEEN in evidence
    assert HIDDEN not in evidence
    assert told(Reveal.NOTHING, a_test(kind, SEEN, Role.EXAMPLE)).evidence == ""


def test_generated_tests_are_hidden_too() -> None:
    assert told(Reveal.EXAMPLES, a_test(StdioTest, HIDDEN, Role.GENERATED)).evidence == ""


def test_of_a_problem_known_by_its_digest_no_test_is_told() -> None:
    failed = result(WRONG, [execution("0", WRONG, detail=HIDDEN)])
    for reveal in Reveal:
        assert feedback("print()", failed, Digest("0" * 64, 1), reveal).evidence == ""


def test_the_first_test_that_failed_is_told() -> None:
    tests = [StdioTest("one", "1", role=Role.EXAMPLE), StdioTest("two", "2", role=Role.EXAMPLE)]
    ran = [execution("0", PASSED), execution("1", WRONG, stdout="3")]
    evidence = feedback("print(3)", result(WRONG, ran), Problem("p", tests), Reveal.EXAMPLES).evidence
    assert evidence.splitlines()[:3] == [
        "Standard input: two",
        "Expected on standard output: 2",
        "It printed: 3",
    ]


def test_a_fault_of_the_service_is_not_told_as_the_programs() -> None:
    tests = [StdioTest("one", "1", role=Role.EXAMPLE)]
    ran = [execution("0", Verdict.INFRASTRUCTURE_ERROR, detail="a sandbox was lost")]
    told = feedback("print(3)", result(WRONG, ran), Problem("p", tests), Reveal.ALL)
    assert told.evidence == ""


def test_long_outputs_are_cut_in_the_middle() -> None:
    test = StdioTest("x" * 10 * MOST_CHARACTERS, "", role=Role.EXAMPLE)
    assert len(told(Reveal.EXAMPLES, test).evidence) < 2 * MOST_CHARACTERS


def test_a_chat_goes_on_and_a_text_ends_in_the_text_once_more() -> None:
    failed = Feedback("my answer", WRONG, "Standard input: 1\nIt printed: 2")
    chat = [{"role": "user", "content": "solve it"}]
    continued = revision_prompt(chat, failed)
    assert not isinstance(continued, str)
    assert [*continued[:2]] == [*chat, {"role": "assistant", "content": "my answer"}]
    assert continued[2]["role"] == "user"
    assert "It printed: 2" in continued[2]["content"]
    text = revision_prompt("def f():\n", failed)
    assert isinstance(text, str)
    assert text.startswith("def f():\nmy answer")
    assert text.endswith("\ndef f():\n")
    assert "# It printed: 2\n" in text
