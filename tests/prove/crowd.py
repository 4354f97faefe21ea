"""`python -m tests.prove.crowd`: clusters and picks of 100,000 candidates on 50 probe inputs, timed.

A process of its own, so that its memory is nobody else's. Prints one JSON object.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from collections.abc import Iterator

import numpy as np

from verifierd.model import Verdict
from verifierd.selection.by_probes import ClustersByProbes, SeenRow
from verifierd.selection.rules import RULES, rule_named

CANDIDATES, PROBES = 100_000, 50
BEHAVIOURS, KINDS = 40, 3_000  # of each input, and of programs
SEED = 7
KIB = 1 << 10


class Stored:
    """What an archive holds of each candidate: its id, and a digest for each input."""

    def __init__(self) -> None:
        random = np.random.default_rng(SEED)
        digests = [hashlib.sha256(bytes([each])).hexdigest() for each in range(BEHAVIOURS)]
        kinds = random.integers(0, BEHAVIOURS, (KINDS, PROBES), dtype=np.uint8)
        self._behaviours = [[digests[each] for each in kind] for kind in kinds]
        self._failed = [bytes(kind == 0) for kind in kinds]
        # As many of one kind as a Zipf law has it: a few common behaviours, many of their own.
        self._kind_of = (np.minimum(random.zipf(1.3, CANDIDATES), KINDS) - 1).tolist()

    def rows(self) -> Iterator[SeenRow]:
        for candidate, kind in enumerate(self._kind_of):
            name = str(candidate)
            yield SeenRow(name, name, list(self._behaviours[kind]), self._failed[kind])


def main() -> int:
    """Cluster and select."""
    stored = Stored()
    began = time.perf_counter()
    clusters = ClustersByProbes([f"p{place}" for place in range(PROBES)])
    for arrival, row in enumerate(stored.rows()):
        clusters.add_row(arrival, row, Verdict.SKIPPED, eligible=True)
    grouped = clusters.grouped()
    nothing = np.empty((CANDIDATES, 0), dtype=np.bool_)
    standings = grouped.standings(clusters.behaviours(grouped.arrivals), nothing)
    picked = {rule: len(rule_named(rule, {}).select(standings, 10).picks) for rule in RULES}
    elapsed_s = time.perf_counter() - began
    said = {
        "elapsed_s": elapsed_s,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB,
        "clusters": len(grouped.cluster_ids),
        "picked": picked,
    }
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
