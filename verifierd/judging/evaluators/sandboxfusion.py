"""The `sandboxfusion` checker follows the evaluator of ByteDance's SandboxFusion.

Source: bytedance/SandboxFusion, sandbox/utils/testing.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from verifierd.judging.evaluators.followed import Followed
from verifierd.judging.evaluators.lines import decoded, digest_of_lines, lines, show_line
from verifierd.judging.showing import show_value
from verifierd.judging.tolerant import FloatTokens, Tolerance

RELATIVE_TOLERANCE = 1e-5
SMALLEST = 1e-10  # what a smaller expected number counts as, where errors are divided by it
ESCAPED = ("utf-8", "surrogateescape")
# What may be off at all, if strict: 1000001.0 may not where 1000000 is expected.
IN_ORDER = FloatTokens(Tolerance(RELATIVE_TOLERANCE, RELATIVE_TOLERANCE), rel_of_wholes=False)


@dataclass(frozen=True, slots=True)
class SandboxFusion(Followed[bytes]):
    """Lines without the whitespace around them and without regard to case, or one number a line.

    Numbers are what Python's `float` reads; they are right where |actual - expected| < 1e-5 |expected|. It
    is check_stdio_test_case and float_equal. Whole numbers are numbers there too, so 1000001 passes for
    1000000, and `ab` for `AB`. Strict: letters count as they are, only decimal fractions may be off, and
    from a whole number that is expected no more than 1e-5.
    """

    name = "sandboxfusion"
    version = 1

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the stripped lines, in lower case unless strict."""
        return digest_of_lines(self._lines(output))

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first line that is neither equal nor close."""
        for number, (a, b) in enumerate(zip_longest(self._lines(expected), self._lines(actual)), start=1):
            if a is None or b is None:
                return f"line {number}: expected {show_line(a)}, got {show_line(b)}"
            if a != b and not self._close(a, b):
                return f"line {number}: expected {show_value(a)}, got {show_value(b)}"
        return None

    def _lines(self, output: bytes) -> Iterator[str]:
        stripped = decoded(output).strip()
        if self.strict:
            return (line.strip() for line in lines(stripped))
        return (line.lower().strip() for line in lines(stripped))

    def _close(self, expected: str, actual: str) -> bool:
        if self.strict and not IN_ORDER.check(expected.encode(*ESCAPED), actual.encode(*ESCAPED)).accepted:
            return False
        try:
            wanted, given = float(expected), float(actual)
        except ValueError:
            return False
        # NaN and infinities are close to nothing, since every comparison with NaN fails.
        return abs(given - wanted) / max(abs(wanted), SMALLEST) < RELATIVE_TOLERANCE
