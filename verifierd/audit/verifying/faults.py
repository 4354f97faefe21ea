"""Faults of a store: where one is, in words for a person; and how many are told."""

from __future__ import annotations

from dataclasses import dataclass

MAX_FAULTS = 1000
_SHOWN_CHARS = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where a store is not as it was written.

    `sequence` is that of the record concerned: of the first of them where several are missing, of the one
    that a row or a blob belongs to, 0 where it is of no record. What others wrote stands in quotes.
    """

    sequence: int
    description: str


class Faults:
    """Gathers faults: the first `MAX_FAULTS` whole, of all others their number."""

    def __init__(self) -> None:
        """Begin with none."""
        self.left_out = 0
        self._found: list[Fault] = []

    def add(self, sequence: int, description: str) -> None:
        """Take in a fault."""
        if len(self._found) < MAX_FAULTS:
            self._found.append(Fault(sequence, description))
        else:
            self.left_out += 1

    def in_order(self) -> tuple[Fault, ...]:
        """Return the faults by their records, and of one record as they were found."""
        return tuple(sorted(self._found, key=lambda fault: fault.sequence))


def quoted(text: object) -> str:
    """Return a text of others in quotes, cut, with everything that could steer a terminal written out."""
    shown = text if isinstance(text, str) else repr(text)
    cut = shown if len(shown) <= _SHOWN_CHARS else f"{shown[:_SHOWN_CHARS]}..."
    return ascii(cut) if isinstance(text, str) else ascii(cut)[1:-1]


def named(sequence: int, kind: str, batch_id: str, candidate_id: str = "") -> str:
    """Return what a record is called: record 7 (candidate_judged, batch 'b', candidate 'c')."""
    known = [kind if kind.isidentifier() else quoted(kind)]
    if batch_id:
        known.append(f"batch {quoted(batch_id)}")
    if candidate_id:
        known.append(f"candidate {quoted(candidate_id)}")
    return f"record {sequence} ({', '.join(known)})"
