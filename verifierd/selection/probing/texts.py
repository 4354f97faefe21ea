"""Texts like those seen at one place: their alphabet, lengths, pattern and brackets, and new ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from verifierd.selection.probing.numeric import IntRange, int_range

GROWTH = 2  # how many times the longest seen a text may be
ATTEMPTS = 8
MAX_VOCABULARY = 32
PATTERN_TEXTS = 200  # beyond these, no pattern is looked for
PATTERN_LENGTH = 100
RUN = re.compile(r"\d+|[^\W\d_]+|.", re.DOTALL)
WORD = re.compile(r"\S+")
CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}
BRACKETS = frozenset(CLOSING) | frozenset(CLOSING.values())


@dataclass(frozen=True, slots=True)
class TextShape:
    """What the texts seen at one place have in common.

    Attributes:
        seen: the texts themselves, each once, in order.
        alphabet: the characters in them, in order.
        shortest: the least length; where lengths vary or one text is all that was seen, at most 1.
        longest: the greatest length, twice that of the longest where lengths vary.
        vocabulary: the words that they are made of where these are few and come again and again, else empty.
        pattern: the kinds of their runs of characters where those are the same in all, else None.
        numbers: the ranges of the runs of digits of a pattern, in order.
        balanced: whether brackets are in them and close as they opened.
    """

    seen: tuple[str, ...]
    alphabet: str
    shortest: int
    longest: int
    vocabulary: tuple[str, ...]
    pattern: tuple[str, ...] | None
    numbers: tuple[IntRange, ...]
    balanced: bool

    def fits(self, text: str) -> bool:
        """Return whether a text has what those seen have in common."""
        if not self.shortest <= len(text) <= self.longest or not set(text) <= set(self.alphabet):
            return False
        if self.vocabulary and not set(WORD.findall(text)) <= set(self.vocabulary):
            return False
        if self.pattern is not None and _pattern(text) != self.pattern:
            return False
        return not self.balanced or _is_balanced(text)

    def mutated(self, text: str, rng: Random) -> str:
        """Return a text that fits, most often another; one of those seen where no mutation fits."""
        for _ in range(ATTEMPTS):
            made = self._mutated(text, rng)
            if made != text and self.fits(made):
                return made
        return rng.choice(self.seen)

    def drawn(self, length: int, rng: Random) -> str:
        """Return a text of this length from the alphabet. Raises ValueError where there is no alphabet."""
        if length and not self.alphabet:
            raise ValueError(f"length is {length}; the texts seen have no characters, so it must be 0")
        letters = self.alphabet
        if len(letters) > 2 and rng.random() < 0.3:
            letters = "".join(rng.sample(letters, 2))  # few letters make many repeats
        source = rng.choice(self.seen)
        start = rng.randint(0, len(source) - length) if len(source) >= length else 0
        piece = source[start : start + length] if rng.random() < 0.3 else ""
        return piece + "".join(rng.choices(letters, k=length - len(piece)))

    def _mutated(self, text: str, rng: Random) -> str:
        if self.vocabulary:
            return _revised(text, WORD, lambda _: rng.choice(self.vocabulary), rng)
        if self.pattern is not None:
            return self._repatterned(text, rng)
        return rng.choice(_EDITS)(self, text, rng)

    def _repatterned(self, text: str, rng: Random) -> str:
        """Return a text of the same pattern: numbers drawn from their ranges, words changed in place."""
        runs, ranges = RUN.findall(text), iter(self.numbers)
        changed = rng.randrange(len(runs))
        for place, run in enumerate(runs):
            seen = next(ranges, None) if run[0].isdecimal() else None
            if place != changed and rng.random() < 0.6:
                continue
            if seen is not None:
                drawn = str(min(max(seen.draw(rng), seen.low), seen.high))
                same_length = self.shortest == self.longest
                runs[place] = drawn.zfill(len(run)) if same_length or run.startswith("0") else drawn
            elif run[0].isalpha():
                letters = [each for each in self.alphabet if each.isalpha()]
                runs[place] = "".join(rng.choices(letters, k=len(run)))
        return "".join(runs)


def text_shape(texts: Sequence[str]) -> TextShape:
    """Return what at least one text has in common with the others."""
    seen = tuple(dict.fromkeys(texts))
    lengths = list(map(len, texts))
    free = len(seen) == 1 or min(lengths) < max(lengths)
    pattern = _common_pattern(seen)
    numbers: tuple[IntRange, ...] = ()
    if pattern is not None:
        rows = [[int(run) for run in RUN.findall(text) if run[0].isdecimal()] for text in seen]
        numbers = tuple(int_range(column) for column in zip(*rows, strict=True))
    return TextShape(
        seen=seen,
        alphabet="".join(sorted(set("".join(seen)))),
        shortest=min(min(lengths), 1) if free else min(lengths),
        longest=GROWTH * max(lengths) if free else max(lengths),
        vocabulary=_vocabulary(texts),
        pattern=pattern,
        numbers=numbers,
        balanced=any(BRACKETS & set(text) for text in seen) and all(map(_is_balanced, seen)),
    )


def _vocabulary(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the words where there are few of them, of more than a letter, and they come again and again."""
    words = [word for text in texts for word in WORD.findall(text)]
    distinct = sorted(set(words))
    few = 1 < len(distinct) <= MAX_VOCABULARY and len(words) >= 3 * len(distinct)
    return tuple(distinct) if few else ()


def _common_pattern(texts: Sequence[str]) -> tuple[str, ...] | None:
    """Return the pattern of all texts; None where they differ, or where it leaves nothing or all open."""
    if len(texts) > PATTERN_TEXTS or any(len(text) > PATTERN_LENGTH for text in texts):
        return None
    patterns = {_pattern(text) for text in texts}
    if len(patterns) != 1:
        return None
    (pattern,) = patterns
    if pattern == ("0",):
        return pattern if _are_padded(texts) else None
    return pattern if len(pattern) > 1 and ("0" in pattern or "a" in pattern) else None


def _are_padded(texts: Sequence[str]) -> bool:
    """Return whether numbers are written with zeros before them, as those of clocks and dates are."""
    padded = len({len(text) for text in texts}) == 1 and any(text[0] == "0" for text in texts)
    return padded and not set("".join(texts)) <= set("01")


def _pattern(text: str) -> tuple[str, ...]:
    """Return the runs of a text: 0 for digits, a for letters, any other character itself."""
    return tuple("0" if run[0].isdecimal() else "a" if run[0].isalpha() else run for run in RUN.findall(text))


def _is_balanced(text: str) -> bool:
    opened: list[str] = []
    for character in text:
        if character in CLOSING:
            if not opened or opened.pop() != CLOSING[character]:
                return False
        elif character in BRACKETS:
            opened.append(character)
    return not opened


def _revised(text: str, unit: re.Pattern[str], another: Callable[[str], str], rng: Random) -> str:
    """Return a text with some of its units left out, doubled, swapped or replaced."""
    spans = [match.span() for match in unit.finditer(text)]
    if not spans:
        return text
    gaps = [text[end:begin] for (_, end), (begin, _) in pairwise(spans)]
    units = [text[begin:end] for begin, end in spans]
    gap = gaps[0] if gaps else " "
    place, other = rng.randrange(len(units)), rng.randrange(len(units))
    match rng.randrange(4):
        case 0:
            units[place] = another(units[place])
        case 1:
            del units[place]
        case 2:
            units.insert(other, another(units[place]))
        case _:
            units[place], units[other] = units[other], units[place]
    return text[: spans[0][0]] + gap.join(units) + text[spans[-1][1] :]


def _span(text: str, rng: Random) -> tuple[int, int]:
    begin = rng.randint(0, len(text))
    return begin, rng.randint(begin, min(len(text), begin + 1 + len(text) // 2))


def _cut(_: TextShape, text: str, rng: Random) -> str:
    begin, end = _span(text, rng)
    return text[:begin] + text[end:]


def _repeated(_: TextShape, text: str, rng: Random) -> str:
    begin, end = _span(text, rng)
    return text[:end] + text[begin:end] + text[end:]


def _replaced(shape: TextShape, text: str, rng: Random) -> str:
    if not text or not shape.alphabet:
        return text
    place = rng.randrange(len(text))
    return text[:place] + rng.choice(shape.alphabet) + text[place + 1 :]


def _inserted(shape: TextShape, text: str, rng: Random) -> str:
    if not shape.alphabet:
        return text
    place = rng.randint(0, len(text))
    return text[:place] + rng.choice(shape.alphabet) + text[place:]


def _spliced(shape: TextShape, text: str, rng: Random) -> str:
    other = rng.choice(shape.seen)
    return text[: rng.randint(0, len(text))] + other[rng.randint(0, len(other)) :]


def _swapped_case(shape: TextShape, text: str, rng: Random) -> str:
    begin, end = _span(text, rng)
    made = text[:begin] + text[begin:end].swapcase() + text[end:]
    return made if set(made) <= set(shape.alphabet) else text


def _reordered(_: TextShape, text: str, rng: Random) -> str:
    characters = list(text)
    if rng.random() < 0.5:
        characters.reverse()
    else:
        rng.shuffle(characters)
    return "".join(characters)


def _words(_: TextShape, text: str, rng: Random) -> str:
    return _revised(text, WORD, lambda word: word, rng)


def _mirrored(_: TextShape, text: str, rng: Random) -> str:
    """A palindrome: programs on texts often ask for one."""
    half = text[: rng.randint(0, len(text))]
    return half + half[::-1]


_EDITS: tuple[Callable[[TextShape, str, Random], str], ...] = (
    _cut,
    _repeated,
    _replaced,
    _inserted,
    _spliced,
    _swapped_case,
    _reordered,
    _words,
    _mirrored,
)
