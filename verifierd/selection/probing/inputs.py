"""Inputs on standard input made like those of tests: by a grammar that all have, or token by token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from verifierd.model import StdioTest
from verifierd.selection.probing.constraints import learned
from verifierd.selection.probing.derivation import Format, Stuck
from verifierd.selection.probing.grammar import tree
from verifierd.selection.probing.inference import inferred
from verifierd.selection.probing.layout import Document, decoded, document
from verifierd.selection.probing.tokens import TokenPool

GROWTH = 2  # how many times the longest seen an input may be, and a short one `SHORT_BYTES`
SHORT_BYTES = 64
ATTEMPTS_PER_INPUT = 20
WORK_BYTES = 2_000_000  # written in all attempts
TESTS_READ = 50
READ_BYTES = 200_000
Making = Callable[[Random], str | None]


def mutated_inputs(tests: Sequence[StdioTest], count: int, seed: int) -> list[bytes]:
    """Return up to `count` inputs like those of the tests, none of them a test's and none twice.

    Where one grammar of lines and counts reads all the tests' inputs, what is made has it too, and what else
    held in all of them: ranges of numbers, bounds by numbers read before, lengths of words, order, no
    repeats, trees. Otherwise tokens are replaced by others of their kind, and numbers that may count
    something stay. Separators, line ends and what follows the last line are those of an example. No input
    is more than `GROWTH` times as long as the longest test's. Fewer are returned where no more are found in
    a bounded number of attempts.

    Read are the `TESTS_READ` smallest tests, as many as have `READ_BYTES` together; where the smallest has
    more, nothing is made.

    Args:
        tests: the tests; what they expect is not looked at.
        count: how many inputs are wanted; at least 0.
        seed: equal seeds give equal inputs in every process.

    Raises:
        ValueError: `count` is negative.
    """
    if count < 0:
        raise ValueError(f"count is {count}; it must be at least 0")
    known = {test.stdin for test in tests}
    texts, encoding = decoded(_read(known))
    if count == 0 or not any(map(str.strip, texts)):
        return []
    rng = Random(seed)  # noqa: S311 - inputs that can be made again, no secret
    making = _making([document(text) for text in texts])
    longest = max(GROWTH * max(len(text.encode(encoding)) for text in texts), SHORT_BYTES)
    made: list[bytes] = []
    left = WORK_BYTES
    for _ in range(ATTEMPTS_PER_INPUT * (count + 1)):
        if len(made) == count or left < 0:
            break
        text = making(rng)
        left -= longest if text is None else len(text)
        if text is None:
            continue
        written = text.encode(encoding)
        if len(written) <= longest and written not in known:
            known.add(written)
            made.append(written)
    return made


def _read(inputs: set[bytes]) -> list[bytes]:
    """Return the smallest inputs that are read, in an order that is the same in every process."""
    read: list[bytes] = []
    left = READ_BYTES
    for each in sorted(inputs, key=lambda each: (len(each), each))[:TESTS_READ]:
        if len(each) > left:
            break
        left -= len(each)
        read.append(each)
    return read


def _making(documents: Sequence[Document]) -> Making:
    items = inferred(documents)
    if items is None:
        pool = TokenPool(documents)
        return lambda rng: pool.mutated(rng.choice(documents), rng).text()
    trees = [nodes for each in documents if (nodes := tree(items, each.lines)) is not None]
    known = Format(items, learned(trees), trees)

    def derived(rng: Random) -> str | None:
        like = rng.choice(documents)
        try:
            lines = known.derived(rng)
        except Stuck:
            return None
        nodes = tree(items, lines)
        if nodes is None or not known.constraints.hold(nodes):
            return None
        return Document(lines, like.newline, like.end).text()

    return derived
