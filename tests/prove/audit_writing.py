"""What records cost: the same work with a store and without, side by side, by the CPU time of all in it."""

from __future__ import annotations

import statistics
from pathlib import Path

from tests.benchmarks.service import running, verify
from tests.prove.harness import Figure, Line

BACKEND, SANDBOXES = "bubblewrap", 2
CANDIDATES, ROUNDS = 300, 5  # of ten tests each
AT_MOST = 0.10
NO_CACHE = {"VERIFIERD_CACHE__RESULT_MIB": "0"}  # each round does the whole work
DATABASE = "VERIFIERD_AUDIT__DATABASE"


def lines(scratch: Path) -> list[Line]:
    """The line of the proof."""
    return [
        Line(
            f"CPU time that records add, {CANDIDATES} candidates of ten tests, {ROUNDS} rounds side by side",
            f"below {AT_MOST:.0%} of what verifying takes",
            lambda: _figure(scratch),
        )
    ]


def _figure(scratch: Path) -> Figure:
    database = {DATABASE: str(scratch / "writing.db")}
    with (
        running(BACKEND, SANDBOXES, **NO_CACHE) as bare,
        running(BACKEND, SANDBOXES, **NO_CACHE, **database) as recording,
    ):
        for each in (bare, recording):
            verify(each, "stdio", CANDIDATES // 10)
        pairs = [
            tuple(sum(verify(each, "stdio", CANDIDATES).cpu_s.values()) for each in (bare, recording))
            for _ in range(ROUNDS)
        ]
    added = [with_records / without - 1 for without, with_records in pairs]
    told = f"{statistics.median(added):.1%} ({min(added):.1%} to {max(added):.1%})"
    return Figure(told, statistics.median(added) < AT_MOST, {"cpu_s": pairs})
