"""The checkers of published sets agree with their evaluators' rules, said again here in plain Python."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable
from decimal import Decimal

import pytest

from verifierd.errors import InvalidField
from verifierd.judging.checkers import choose
from verifierd.judging.evaluators import CodeContests, LiveCodeBench, LiveCodeBenchValue
from verifierd.model import CheckerSpec, StdioTest

PAIRS = 10_000
WORDS = (
    *(
        "0",
        "1",
        "-1",
        "007",
        "+5",
        "1.0",
        "1.00",
        "1.000001",
        "1.0001",
        "1e3",
        "1000",
        "1E3",
        ".5",
        "5.",
        "-0",
    ),
    *("9007199254740992", "9007199254740993", "0.000001", "1e400", "1e401", "-1e400", "nan", "NaN", "inf"),
    *("Infinity", "YES", "Yes", "yes", "no", "1_000", "0x10", "٣", "a", "1e", "--1", "1\f2", "\u00a0", ""),
)
GAPS = (" ", " ", "\n", "\n", "\r\n", "\t", "  ", "\n\n", "\v", "\f")


def outputs(seed: int) -> tuple[str, str]:
    """Return an expected output and one that is near it."""
    rng = random.Random(seed)
    words = [rng.choice(WORDS) for _ in range(rng.randint(0, 4))]
    changed = [rng.choice(WORDS) if rng.random() < 0.3 else word for word in words]
    if rng.random() < 0.1:
        changed.append(rng.choice(WORDS))
    gaps = [rng.choice(GAPS) for _ in range(5)]
    others = gaps if rng.random() < 0.7 else [rng.choice(GAPS) for _ in range(5)]
    return _joined(words, gaps), _joined(changed, others)


def _joined(words: list[str], gaps: list[str]) -> str:
    return "".join(word + gap for word, gap in zip(words, gaps, strict=False))


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
    numbers = [_simple_atod(one), _simple_atod(other)]
    if None in numbers:
        return one == other
    first, second = numbers
    assert first is not None
    assert second is not None
    return abs(first - second) < 1e-5


def _simple_atod(text: str) -> float | None:
    """What absl's reads of a word without blanks: no underscores, hexadecimals, or digits beyond ASCII."""
    if not text.isascii() or "_" in text or "x" in text or text != text.strip() or "\f" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def live_code_bench_says(output: str, expected: str) -> bool:
    """The rule for standard output of lcb_runner/evaluation/testing_util.py, line by line."""
    one, other = ([line.strip() for line in text.strip().split("\n")] for text in (output, expected))
    if len(one) != len(other):
        return False
    for line, wanted in zip(one, other, strict=True):
        if line == wanted:
            continue
        try:
            if [Decimal(word) for word in line.split()] == [Decimal(word) for word in wanted.split()]:
                continue
        except ArithmeticError:
            return False
        return False
    return True


@pytest.mark.parametrize(
    ("checker", "says"),
    [(CodeContests(), code_contests_says), (LiveCodeBench(), live_code_bench_says)],
    ids=["codecontests", "livecodebench"],
)
def test_it_agrees_with_the_evaluator(
    checker: CodeContests | LiveCodeBench, says: Callable[[str, str], bool]
) -> None:
    accepted = 0
    for seed in range(PAIRS):
        expected, output = outputs(seed)
        found = checker.check(expected.encode(), output.encode()).accepted
        assert found is says(output, expected), (expected, output)
        accepted += found
    assert PAIRS / 10 < accepted < PAIRS * 9 / 10


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


@pytest.mark.parametrize(
    ("expected", "actual", "accepted"),
    [
        ([1, 2], (1, 2), True),
        ([[1], [2]], [(1,), (2,)], False),
        (1, 1.0, True),
        (1, True, True),
        ([1], [1.0], True),
        (math.nan, float("nan"), True),
        ("1", 1, False),
    ],
)
def test_values_are_compared_as_python_does(expected: object, actual: object, accepted: bool) -> None:
    assert LiveCodeBenchValue().check(expected, actual).accepted is accepted


@pytest.mark.parametrize("checker", [CodeContests(), LiveCodeBench()], ids=lambda checker: checker.name)
@pytest.mark.parametrize(
    "output",
    [b"9" * 10_000_000, b"1 " * 2_000_000, b"\n" * 5_000_000, b"1e999999999 " * 200_000, b"n" * 5_000_000],
    ids=["digits", "tokens", "newlines", "exponents", "letters"],
)
def test_hostile_output_takes_bounded_time(checker: CodeContests | LiveCodeBench, output: bytes) -> None:
    began_s = time.process_time()
    checker.check(output, output[:-1] + b"8")
    assert time.process_time() - began_s < 10.0
