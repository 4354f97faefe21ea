"""A candidate's behaviour signature: what it did on every test, as one digest."""

from __future__ import annotations

import hashlib

from verifierd.model import CandidateResult, Verdict

# A candidate with one of these did not show all of its behaviour, so there is nothing to compare.
_UNSEEN = frozenset({Verdict.INFRASTRUCTURE_ERROR, Verdict.CANCELLED})
_FIELD = b"\x1f"
_TEST = b"\x1e"


def signature(result: CandidateResult) -> bytes | None:
    """Return the SHA-256 over test id, verdict and behaviour of every test; None for no cluster.

    Tests skipped after a first failure are part of it as skipped. An answer that is comparable to
    nothing makes the candidate's program one of a kind.
    """
    if result.verdict in _UNSEEN or (result.verdict is Verdict.SKIPPED and result.tests_total):
        return None
    program = result.duplicate_of or result.candidate_id
    digest = hashlib.sha256(result.verdict.name.encode())
    for execution in result.executions:
        if execution.verdict in _UNSEEN:
            return None
        behaviour = execution.behaviour
        if behaviour is None and execution.verdict is not Verdict.SKIPPED:
            behaviour = f"only {program}"
        parts = (execution.test_id, execution.verdict.name, behaviour or "")
        digest.update(_TEST + _FIELD.join(part.encode("utf-8", "surrogatepass") for part in parts))
    return digest.digest()
