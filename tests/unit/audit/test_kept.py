"""What became of an output is told as what it was: cut, redacted, or not kept at all."""

from __future__ import annotations

import pytest

from verifierd.audit.kept import kept_text
from verifierd.model import Verdict


@pytest.mark.parametrize(
    ("kept_bytes", "total_bytes", "verdict", "redactions", "text"),
    [
        (210, 210, Verdict.ACCEPTED, 0, ""),
        (210, 210, Verdict.ACCEPTED, 2, ""),
        (122, 210, Verdict.ACCEPTED, 0, "the first 122 of 210 bytes"),
        (122, 210, Verdict.OUTPUT_LIMIT_EXCEEDED, 0, "the first 122 of 210 bytes"),
        (122, 210, Verdict.ACCEPTED, 1, "redacted; it was 210 bytes"),
        (230, 210, Verdict.ACCEPTED, 1, "redacted; it was 210 bytes"),
        (122, 210, Verdict.OUTPUT_LIMIT_EXCEEDED, 1, "cut or redacted; it was 210 bytes"),
        (0, 210, Verdict.ACCEPTED, 0, "none of 210 bytes kept"),
        (0, 210, Verdict.ACCEPTED, 1, "none of 210 bytes kept"),
    ],
)
def test_what_was_redacted_is_not_called_cut(
    kept_bytes: int, total_bytes: int, verdict: Verdict, redactions: int, text: str
) -> None:
    assert kept_text(b"x" * kept_bytes, total_bytes, verdict=verdict, redactions=redactions) == text
