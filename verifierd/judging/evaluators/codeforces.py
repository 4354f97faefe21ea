"""The `cf` checker follows the standard checkers of testlib, which judge most problems of Codeforces.

Source: MikeMirzayanov/testlib.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifierd.judging.text import Units, blocks

_BLANK = re.compile(rb"[ \t\r\n]")
_BLANKS = re.compile(rb"[ \t\r\n]+")
YES_AND_NO = frozenset((b"YES", b"NO"))


@dataclass(frozen=True, slots=True)
class Codeforces(Units):
    """Tokens are compared byte by byte; where all that is expected are YES and NO, case is ignored.

    It is checkers/wcmp.cpp ("compare sequences of tokens") and
    checkers/nyesno.cpp ("multiple YES/NO, case insensitive"); tokens are separated by isBlanks of
    testlib.h: space, tab and line ends, but no form feed. A problem with another checker needs that one;
    for real numbers (rcmp4, rcmp6, rcmp9) it is `float` with both tolerances at 1e-4, 1e-6 or 1e-9.

    open-r1's evaluator of its set runs `diff -b` where a problem has no checker of its own, and so rejects
    other line breaks and `Yes` for `YES`, which Codeforces accepts.
    """

    name = "cf"
    version = 1
    unit = "token"
    separator = b" "

    @staticmethod
    def normal(output: bytes) -> bytes:
        """Return all tokens, each followed by one space; if all are YES and NO, in upper case."""
        units: list[bytes] = []
        yes_or_no = True
        for block in blocks(output, _BLANK):
            tokens = [*filter(None, _BLANKS.split(block))]
            yes_or_no = yes_or_no and YES_AND_NO.issuperset(map(bytes.upper, tokens))
            units += [b" ".join(tokens), b" "] if tokens else []
        normal = b"".join(units)
        return normal.upper() if yes_or_no else normal
