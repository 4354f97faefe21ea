from __future__ import annotations

import pytest

from tests.unit.judging.evaluators.agreement import hold, printed, yes_and_no
from verifierd.judging.evaluators import Codeforces


def wcmp_and_nyesno_say(output: str, expected: str) -> bool:
    """wcmp.cpp, and nyesno.cpp where that is the checker which a jury's answer calls for."""
    answer, participant = _tokens(expected), _tokens(output)
    if answer and all(_upper(token) in ("YES", "NO") for token in answer):
        return [_upper(token) for token in answer] == [_upper(token) for token in participant]
    return answer == participant


def _tokens(text: str) -> list[str]:
    """What readToken returns until seekEof is true: letters between those that isBlanks names."""
    tokens, token = [], ""
    for letter in text + " ":
        if letter not in "\n\r \t":
            token += letter
        elif token:
            tokens.append(token)
            token = ""
    return tokens


def _upper(token: str) -> str:
    return "".join(chr(ord(letter) - 32) if "a" <= letter <= "z" else letter for letter in token)


@pytest.mark.parametrize("pair", [printed, yes_and_no])
def test_it_agrees_with_testlib(pair: object) -> None:
    assert callable(pair)
    hold(Codeforces(), wcmp_and_nyesno_say, pair)


@pytest.mark.parametrize(
    ("expected", "actual", "accepted"),
    [
        (b"YES\nNO\n", b"yes No", True),
        (b"YES\n2\n", b"yes\n2\n", False),
        (b"YES\n", b"YES\nYES\n", False),
        (b"yes no", b"YES maybe", False),
        (b"1 2\n", b"1\r\n2", True),
        (b"1\x0b2", b"1 2", False),
        (b"", b" \n", True),
        (b"", b"NO", False),
        (b"1", b"01", False),
        (b"0.5", b"0.50", False),
    ],
)
def test_tokens_are_compared(expected: bytes, actual: bytes, accepted: bool) -> None:
    assert Codeforces().check(expected, actual).accepted is accepted
