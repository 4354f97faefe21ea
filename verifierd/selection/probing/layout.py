"""Texts of input as lines of tokens, with what stands between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

AROUND = " \t,;:"
SEPARATOR = re.compile(r"[ \t,;:]+")
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,999})")
DECIMAL = re.compile(r"-?[0-9]{1,40}\.[0-9]{1,40}")


@dataclass(frozen=True, slots=True)
class Line:
    """The tokens of a line, the separators between them, and those before the first and after the last."""

    tokens: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    lead: str = ""
    trail: str = ""

    @property
    def gap(self) -> str | None:
        """The separator between all tokens; None where there are several, or one before the first."""
        distinct = set(self.gaps) or {" "}
        return None if self.lead or len(distinct) > 1 else next(iter(distinct))

    def text(self) -> str:
        """Return the line as it is written."""
        gaps = (*self.gaps, "")
        written = "".join(token + gap for token, gap in zip(self.tokens, gaps, strict=False))
        return self.lead + written + self.trail


@dataclass(frozen=True, slots=True)
class Document:
    """The lines of an input up to the last that is not empty, what ends a line, and what follows them all."""

    lines: tuple[Line, ...]
    newline: str
    end: str

    def text(self) -> str:
        """Return the input as it is written."""
        return self.newline.join(line.text() for line in self.lines) + self.end


def document(text: str) -> Document:
    """Return an input's lines; `Document.text` gives the input back."""
    newline = "\r\n" if "\r\n" in text else "\n"
    body = text.rstrip("\r\n")
    lines = tuple(map(line_of, body.split(newline))) if body else ()
    return Document(lines, newline, text[len(body) :])


def line_of(text: str) -> Line:
    """Return the tokens of one line."""
    body = text.strip(AROUND)
    if not body:
        return Line((), (), "", text)
    begin = len(text) - len(text.lstrip(AROUND))
    return Line(
        tokens=tuple(SEPARATOR.split(body)),
        gaps=tuple(SEPARATOR.findall(body)),
        lead=text[:begin],
        trail=text[begin + len(body) :],
    )


def as_int(token: str) -> int | None:
    """Return the integer that a token is; None for any other token, those with leading zeros among them."""
    return int(token) if INTEGER.fullmatch(token) else None


def decoded(inputs: Sequence[bytes]) -> tuple[list[str], str]:
    """Return the inputs as texts and the encoding: UTF-8 where all are, else one character a byte."""
    try:
        return [each.decode("utf-8") for each in inputs], "utf-8"
    except UnicodeDecodeError:
        return [each.decode("latin-1") for each in inputs], "latin-1"
