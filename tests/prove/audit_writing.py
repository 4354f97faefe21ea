"""What records cost: the same work with a store and without, side by side, by the CPU time of all in it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.service import running, verify
from tests.prove.harness import Figure, Line
from tests.support.backends import Service

BACKEND, SANDBOXES = "bubblewrap", 2
CANDIDATES, ROUNDS = 300, 7  # of ten tests each
AT_MOST = 0.10
NO_CACHE = {"VERIFIERD_CACHE__RESULT_MIB": "0"}  # each round does the whole work
DATABASE = "VERIFIERD_AUDIT__DATABASE"
Parts = Mapping[str, float]


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
        pairs = [_pair(bare, recording, is_bare_first=number % 2 == 0) for number in range(ROUNDS)]
    added = [sum(with_records.values()) / sum(without.values()) - 1 for without, with_records in pairs]
    of_daemons = [
        (with_records["daemon"] - without["daemon"]) / sum(without.values())
        for without, with_records in pairs
    ]
    told = (
        f"{statistics.median(added):.1%} ({min(added):.1%} to {max(added):.1%}); "
        f"the daemon's own CPU time alone: {statistics.median(of_daemons):.1%}"
    )
    return Figure(told, statistics.median(added) < AT_MOST, {"cpu_s": pairs})


def _pair(bare: Service, recording: Service, *, is_bare_first: bool) -> tuple[Parts, Parts]:
    """Return what a round took by part, without records and with them; who goes first takes turns."""
    if is_bare_first:
        without = verify(bare, "stdio", CANDIDATES).cpu_s
        return without, verify(recording, "stdio", CANDIDATES).cpu_s
    with_records = verify(recording, "stdio", CANDIDATES).cpu_s
    return verify(bare, "stdio", CANDIDATES).cpu_s, with_records
