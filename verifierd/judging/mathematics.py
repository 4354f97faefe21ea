"""The checker of answers of mathematics: the library's word, which comes out of a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandboxes.model import MathAnswer
from verifierd.judging.checker import Checker
from verifierd.judging.showing import show_bytes, show_value


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a sandbox says of a text: whether its answer is right, what it was read as, a digest of that."""

    verdict: str
    read: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class MathVerify(Checker[Any]):
    """math-verify 0.9 finds the two answers equal, by the rules of `sandboxes/inside/equality.py`.

    `version` goes up with those rules and with a release of the library that judges otherwise.
    """

    name = "math-verify"
    version = 1

    def digest(self, output: Any) -> bytes | None:
        """Return the digest of the expression that was read; what is expected has none, being unread."""
        return output.digest.encode() if isinstance(output, Comparison) else None

    def difference(self, expected: str, actual: Comparison) -> str | None:
        """Say as what the text was read, and that it is not what is expected."""
        if actual.verdict == MathAnswer.EQUAL:
            return None
        if actual.verdict == MathAnswer.DIFFERENT:
            return f"it was read as {show_bytes(actual.read)}, which is not equal to {show_value(expected)}"
        read = f" in {show_bytes(actual.read)}" if actual.read else ""
        return f"no answer that math-verify can read{read}; expected {show_value(expected)}"
