"""Verdicts on a page: words, the usual short forms, and names for the style sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifierd.model import Verdict

_SHORT = {
    Verdict.ACCEPTED: "AC",
    Verdict.WRONG_ANSWER: "WA",
    Verdict.TIME_LIMIT_EXCEEDED: "TLE",
    Verdict.MEMORY_LIMIT_EXCEEDED: "MLE",
    Verdict.OUTPUT_LIMIT_EXCEEDED: "OLE",
    Verdict.RUNTIME_ERROR: "RE",
    Verdict.COMPILE_ERROR: "CE",
    Verdict.NO_CODE: "NC",
    Verdict.SKIPPED: "SK",
    Verdict.CANCELLED: "CA",
    Verdict.INFRASTRUCTURE_ERROR: "IE",
}
# Verdicts that mean much the same to the eye share a colour; words and short forms tell them apart.
_TONES = {
    Verdict.ACCEPTED: "good",
    Verdict.WRONG_ANSWER: "bad",
    Verdict.TIME_LIMIT_EXCEEDED: "limit",
    Verdict.MEMORY_LIMIT_EXCEEDED: "limit",
    Verdict.OUTPUT_LIMIT_EXCEEDED: "limit",
    Verdict.RUNTIME_ERROR: "fault",
    Verdict.COMPILE_ERROR: "build",
    Verdict.INFRASTRUCTURE_ERROR: "ours",
}
LEGEND = (
    ("good", "accepted"),
    ("bad", "wrong answer"),
    ("limit", "a limit exceeded"),
    ("fault", "runtime error"),
    ("build", "compile error"),
    ("ours", "infrastructure error"),
    ("idle", "cancelled, skipped or no code"),
)
"""Each colour of a bar, and what it means."""
NAMES = frozenset(verdict.name for verdict in Verdict)


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict is shown: `tone` is its class in the style sheet."""

    name: str
    words: str
    short: str
    tone: str


def look(verdict: Verdict | str) -> Look:
    """Return how a verdict is shown; a name that this version does not know is shown as it is."""
    name = verdict.name if isinstance(verdict, Verdict) else verdict
    known = Verdict[name] if name in NAMES else None
    return Look(
        name,
        name.replace("_", " ").lower(),
        _SHORT[known] if known else "?",
        _TONES.get(known, "idle") if known else "idle",
    )


# Why batches end, in words that tell it without the name of the field.
_STOPPED = {
    "accepted_enough": "enough accepted",
    "deadline": "deadline passed",
    "budget": "budget spent",
}


def stopped(reason: str) -> str:
    """Return why a batch ended, in words; a reason that this version does not know is shown as it is."""
    return _STOPPED.get(reason, reason.replace("_", " "))


def cancelled(counts: Mapping[Verdict, int]) -> int:
    """Return how many of a batch's verdicts say no more than that it was cancelled."""
    return counts.get(Verdict.CANCELLED, 0)


def in_order(counts: Mapping[Verdict, int] | Mapping[str, int]) -> list[tuple[Look, int]]:
    """Return those counts that are not 0 in the verdicts' own order, names that are not known last."""
    order = {verdict.name: place for place, verdict in enumerate(Verdict)}
    found = [(look(verdict), count) for verdict, count in counts.items() if count]
    return sorted(found, key=lambda each: (order.get(each[0].name, len(order)), each[0].name))
