"""A part of the report that these results say nothing of, and how they would."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Absent:
    """In place of figures: one sentence on what is missing and how to get it."""

    absent: str
