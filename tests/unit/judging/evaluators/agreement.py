"""Ten thousand pairs of outputs, and how a checker is held against its evaluator's rule by them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from verifierd.judging.checker import Checker

PAIRS, STRICTER_PAIRS = 10_000, 2_000
WORDS = (
    *("0", "1", "-1", "007", "+5", "1.0", "1.00", "1.000001", "1.0001", "1e3", "1000", "1E3", ".5", "5."),
    *("-0", "-0.0", "0.0004", "2.0004", "2", "1000000", "1000001", "nan", "NaN", "snan", "inf", "Infinity"),
    *("9007199254740992", "9007199254740993", "0.000001", "1e400", "1e401", "-1e400", "1_000", "0x10", "٣"),
    *("YES", "Yes", "yes", "NO", "no", "a", "A", "1e", "--1", "1\f2", "\u00a0", "\u2028", "İ", ""),
)
GAPS = (" ", " ", "\n", "\n", "\r\n", "\t", "  ", "\n\n", " \n", "\n \n", "\v", "\f", "\r", "\x1c")

Says = Callable[[Any, Any], bool]
Pair = Callable[[random.Random], tuple[Any, Any]]
Output = Callable[[Any], Any]


def printed(rng: random.Random, words: Sequence[str] = WORDS) -> tuple[str, str]:
    """Return an expected output and one that is near it: other words, another order or other gaps."""
    wanted = [rng.choice(words) for _ in range(rng.randint(0, 4))]
    given = [rng.choice(words) if rng.random() < 0.2 else word for word in wanted]
    if rng.random() < 0.2:
        rng.shuffle(given)
    if rng.random() < 0.1:
        given.append(rng.choice(given or words))
    gaps = [rng.choice(GAPS) for _ in range(6)]
    others = gaps if rng.random() < 0.7 else [rng.choice(GAPS) for _ in range(6)]
    return _joined(wanted, gaps), _joined(given, others)


def yes_and_no(rng: random.Random) -> tuple[str, str]:
    """Return two outputs of few words, most of them yes and no in some case."""
    return printed(rng, ("YES", "yes", "Yes", "NO", "no", "YES", "NO", "1"))


def hold(
    checker: Checker[Any], says: Says, pair: Pair, output: Output = str.encode, pairs: int = PAIRS
) -> None:
    """Assert that a checker and a rule take the same of many pairs, and that neither takes all or none.

    `output` makes what a checker sees of what the rule is told.
    """
    accepted = 0
    for seed in range(pairs):
        expected, actual = pair(random.Random(seed))
        found = checker.check(output(expected), output(actual)).accepted
        assert found is says(actual, expected), (expected, actual)
        accepted += found
    assert pairs / 10 < accepted < pairs * 9 / 10


def hold_stricter(
    strict: Checker[Any], checker: Checker[Any], pair: Pair, output: Output = str.encode
) -> None:
    """Assert that a strict checker takes nothing that the other does not, and less than that."""
    taken = forgiven = 0
    for seed in range(STRICTER_PAIRS):
        expected, actual = map(output, pair(random.Random(seed)))
        right = checker.check(expected, actual).accepted
        taken += right
        if strict.check(expected, actual).accepted:
            assert right, (expected, actual)
            forgiven += 1
    assert STRICTER_PAIRS / 20 < forgiven < taken


def value(returned: Any) -> Any:
    """Return a function's value as it is, for `output`."""
    return returned


def _joined(words: list[str], gaps: list[str]) -> str:
    return "".join(word + gap for word, gap in zip(words, gaps, strict=False))
