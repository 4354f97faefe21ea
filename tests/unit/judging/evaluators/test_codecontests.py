from __future__ import annotations

import re

import pytest

from tests.unit.judging.evaluators.agreement import hold, hold_stricter, printed
from verifierd.errors import InvalidField
from verifierd.judging.checkers import choose
from verifierd.judging.evaluators import CodeContests
from verifierd.model import CheckerSpec, StdioTest


def code_contests_says(output: str, expected: str) -> bool:
    """OutputsMatch of execution/tester_sandboxer.cc, word by word."""
    one, other = (
        [part for part in re.split("[ \n\t\r\v]", _ascii_lower(text)) if part] for text in (output, expected)
    )
    if one == other:
        return True
    return len(one) == len(other) and all(map(_values_match, one, other))


def _ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _values_match(one: str, other: str) -> bool:
    first, second = _simple_atod(one), _simple_atod(other)
    if first is None or second is None:
        return one == other
    return abs(first - second) < 1e-5


def _simple_atod(text: str) -> float | None:
    """What absl's reads of a word without blanks: no underscores, hexadecimals, or digits beyond ASCII."""
    if not text.isascii() or "_" in text or "x" in text or text != text.strip() or "\f" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def test_it_agrees_with_the_evaluator() -> None:
    hold(CodeContests(), code_contests_says, printed)


def test_strict_takes_less() -> None:
    words = ("9007199254740992", "9007199254740993", "1", "1.000001")
    hold_stricter(CodeContests(strict=True), CodeContests(), lambda rng: printed(rng, words))


def test_whole_numbers_above_2_to_the_53_are_doubles_unless_strict() -> None:
    near = (b"9007199254740993", b"9007199254740992")
    assert CodeContests().check(*near).accepted
    assert not CodeContests(strict=True).check(*near).accepted
    assert CodeContests(strict=True).check(b"1.000001", b"1.000002").accepted
    assert CodeContests(strict=True).check(b"007", b"7").accepted


def test_strict_is_true_or_false() -> None:
    chosen = choose(CheckerSpec("codecontests", {"strict": "true"}), (StdioTest,))
    assert chosen[StdioTest] == CodeContests(strict=True)
    with pytest.raises(InvalidField, match="yes"):
        choose(CheckerSpec("codecontests", {"strict": "yes"}), (StdioTest,))
