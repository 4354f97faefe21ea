"""A problem that the audit store kept is read again, whatever bounds it was admitted under."""

from __future__ import annotations

import pytest

from verifier.v1 import problem_pb2
from verifierd.admission import MIB
from verifierd.api.convert.stored import stored_problem
from verifierd.model import StdioTest


def _message(stdin: bytes) -> problem_pb2.Problem:
    message = problem_pb2.Problem(id="HumanEval/0")
    test = message.tests.add(id="t")
    test.stdio.stdin = stdin
    test.stdio.expected_stdout = b"3\n"
    return message


def test_what_was_kept_is_read_again() -> None:
    problem = stored_problem(_message(b"1 2\n").SerializeToString())
    assert (problem.id, [test.id for test in problem.tests]) == ("HumanEval/0", ["t"])
    assert problem.tests[0].body == StdioTest(b"1 2\n", b"3\n")


def test_bounds_of_today_do_not_matter() -> None:
    problem = stored_problem(_message(bytes(65 * MIB)).SerializeToString())
    assert isinstance(problem.tests[0].body, StdioTest)
    assert len(problem.tests[0].body.stdin) == 65 * MIB


@pytest.mark.parametrize(("content", "words"), [(b"\xff\xff", "no problem"), (b"", "problem.id")])
def test_what_is_none_is_refused_with_words(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        stored_problem(content)
