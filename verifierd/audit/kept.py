"""What is kept of an output, in words: all of it, its beginning, or what redaction left."""

from __future__ import annotations

from verifierd.model import Verdict


def kept_text(kept: bytes, total_bytes: int, *, verdict: Verdict, redactions: int) -> str:
    """Return what became of an output before it was stored, as 'redacted; it was 210 bytes'; empty: nothing.

    Args:
        kept: what is stored of it.
        total_bytes: how many bytes the program wrote.
        verdict: of its execution: only what goes beyond the output limit is cut there.
        redactions: in how many places its candidate was redacted, outputs and details together.
    """
    if len(kept) == total_bytes:
        return ""
    if redactions and kept:
        is_cut = verdict is Verdict.OUTPUT_LIMIT_EXCEEDED and len(kept) < total_bytes
        return f"{'cut or redacted' if is_cut else 'redacted'}; it was {total_bytes} bytes"
    if len(kept) > total_bytes:
        return ""
    return f"the first {len(kept)} of {total_bytes} bytes" if kept else f"none of {total_bytes} bytes kept"
