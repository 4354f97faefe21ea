"""Inputs of no known grammar, mutated token by token: lines, numbers of tokens and lengths stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random

from verifierd.selection.probing.layout import DECIMAL, Document, Line, as_int
from verifierd.selection.probing.numeric import decimals, float_range, int_range

CHANGED = (0.1, 0.4)


class TokenPool:
    """The tokens of all examples by kind and, of words, by length."""

    def __init__(self, documents: Sequence[Document]) -> None:
        """Gather the tokens."""
        kinds: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
        for document in documents:
            for line in document.lines:
                for token in line.tokens:
                    kinds[_kind(token)][token] = None
        self._kinds = {kind: list(tokens) for kind, tokens in kinds.items()}

    def mutated(self, document: Document, rng: Random) -> Document:
        """Return an input of the same shape, some of its tokens replaced or swapped within their line.

        A number that may count something in this input, such as its lines or the tokens of one, stays.
        """
        fixed, share = set(_counted(document.lines)), rng.choice(CHANGED)
        lines = tuple(self._line(line, fixed, share, rng) for line in document.lines)
        return Document(lines, document.newline, document.end)

    def _line(self, line: Line, fixed: set[int], share: float, rng: Random) -> Line:
        tokens = list(line.tokens)
        for place, token in enumerate(tokens):
            if as_int(token) in fixed or rng.random() >= share:
                continue
            other = rng.randrange(len(tokens))
            alike = _kind(token) == _kind(tokens[other]) and as_int(tokens[other]) not in fixed
            if alike and rng.random() < 0.3:
                tokens[place], tokens[other] = tokens[other], token
            else:
                tokens[place] = self._other(token, rng)
        return Line(tuple(tokens), line.gaps, line.lead, line.trail)

    def _other(self, token: str, rng: Random) -> str:
        seen = self._kinds[_kind(token)]
        match _kind(token)[0]:
            case "int":
                whole = int_range([int(each) for each in seen])
                return str(min(max(whole.draw(rng), whole.low), whole.high))
            case "float":
                drawn = float_range([float(each) for each in seen]).draw(rng, wide=False)
                return f"{drawn:.{decimals(token)}f}"
            case _:
                return rng.choice(seen)


def _kind(token: str) -> tuple[str, int]:
    """Return whether a token is an integer, a number with decimals, or else a word of which length."""
    if as_int(token) is not None:
        return "int", 0
    return ("float", 0) if DECIMAL.fullmatch(token) else ("word", len(token))


def _counted(lines: Sequence[Line]) -> Iterable[int]:
    """Yield the numbers that count something of an input."""
    for index, line in enumerate(lines):
        yield len(line.tokens)
        yield len(lines) - index
        yield from (len(token) for token in line.tokens if as_int(token) is None)
