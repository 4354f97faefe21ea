"""What a run did, as one digest: candidates with equal digests behaved the same on that test."""

from __future__ import annotations

import hashlib

from sandboxes.model import Ending, Outcome

# How far a run came before it was stopped depends on the host, so what it had written says nothing.
_STOPPED = (
    Ending.CPU_LIMIT,
    Ending.WALL_LIMIT,
    Ending.MEMORY_LIMIT,
    Ending.OUTPUT_LIMIT,
    Ending.COMPILE_FAILED,
)


def behaviour(outcome: Outcome, answer_digest: bytes | None) -> str | None:
    """Return the hex SHA-256 of ending, exit and answer; None where the answer is comparable to nothing.

    `answer_digest` is the checker's digest of what was printed or returned, None where it has none.
    An exception counts by its class; its message often holds addresses or times.
    """
    if outcome.ending in _STOPPED:
        return _digest(outcome.ending.value)
    if outcome.ending is Ending.FINISHED and answer_digest is None:
        return None
    exception = outcome.raised.class_name if outcome.raised else ""
    answer = answer_digest.hex() if answer_digest is not None else ""
    exit_ = f"{outcome.exit_code or 0},{outcome.term_signal or 0}"
    return _digest(outcome.ending.value, exit_, exception, answer)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
