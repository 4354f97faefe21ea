"""Printed text as Python's evaluators see it: decoded, and cut into lines a block at a time.

Cutting all of it at once would make an object of 50 bytes for every line of two.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from verifierd.judging.showing import show_value

BLOCK_CHARS = 1 << 16

_WORD = re.compile(r"\S+")


def decoded(output: bytes) -> str:
    """Return the output as text; bytes that are no UTF-8 stay apart from one another."""
    return output.decode("utf-8", "surrogateescape")


def lines(text: str) -> Iterator[str]:
    """Yield what splitting at every line feed returns."""
    start = 0
    while (end := text.find("\n", start + BLOCK_CHARS)) >= 0:
        yield from text[start:end].split("\n")
        start = end + 1
    yield from text[start:].split("\n")


def words(line: str) -> Iterable[str]:
    """Return what `line.split()` returns, of a long line one by one."""
    if len(line) <= BLOCK_CHARS:
        return line.split()
    return (match.group() for match in _WORD.finditer(line))


def stripped_lines(output: bytes) -> Iterator[str]:
    """Yield the lines without the whitespace around each, and around all."""
    return (line.strip() for line in lines(decoded(output).strip()))


def digest_of_lines(stripped: Iterable[str]) -> bytes:
    """Return the SHA-256 of lines that each end with a line feed."""
    content = hashlib.sha256()
    for line in stripped:
        content.update(f"{line}\n".encode("utf-8", "surrogatepass"))
    return content.digest()


def show_line(line: str | None) -> str:
    """Return a line for a person; None is one that is not there."""
    return "no such line" if line is None else show_value(line)
