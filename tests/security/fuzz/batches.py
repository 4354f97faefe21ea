"""Batches of hostile programs with an honest neighbour, through a live daemon that must not mind."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.support.backends import Service
from tests.support.footprint import at_rest, settled
from verifierd_client import Candidate, Verdict, Verifier

from .programs import KINDS, Kind, hostile

BATCH = 8
BATCH_S = 120.0  # a batch whose programs all run to their wall limit, one after the other, takes a third
SETTLE_S = 10.0
HONEST = "honest"


@dataclass(slots=True)
class Batches:
    """Runs rounds against one daemon and remembers what came of them."""

    service: Service
    verifier: Verifier
    verdicts: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def round(self, kind: Kind, seed: int, size: int = BATCH) -> int:
        """Verify `size` programs of a seed and the honest one. Returns how many ran.

        Raises:
            AssertionError: a verdict that must not be, or the host is not as it was.
        """
        self.counts = self.counts or at_rest(self.service).counts()
        started = time.monotonic()
        candidates = [Candidate(hostile(kind, seed, number), id=f"{number}") for number in range(size)]
        candidates.insert(seed % size, Candidate(f"# {seed}\n{kind.honest}", id=HONEST))
        result = self.verifier.verify(kind.problem, candidates, timeout_s=BATCH_S)
        told = f"{kind.name}, seed {seed}"
        honest = result[HONEST]
        assert honest.verdict is Verdict.ACCEPTED, f"{told}: honest {honest.verdict.value}: {honest.detail}"
        for each, candidate in zip(result.results, candidates, strict=True):
            verdict, detail = each.verdict, each.detail
            if verdict is Verdict.INFRASTRUCTURE_ERROR:
                self.repeated += 1
                again = self.verifier.verify(kind.problem, [candidate], timeout_s=BATCH_S).results[0]
                verdict, detail = again.verdict, f"{detail}; again: {again.detail}"
            self.verdicts[verdict.value] += 1
            where = f"{told}, number {each.candidate_id}"
            assert verdict is not Verdict.INFRASTRUCTURE_ERROR, f"{where}: {detail}"
            if candidate.id != HONEST:
                assert verdict is not Verdict.ACCEPTED, f"{where}: a hostile program was accepted"
        assert time.monotonic() - started < BATCH_S, f"{told}: took longer than {BATCH_S:g} s"
        return len(candidates)

    def check_host(self) -> None:
        """Fail where the daemon holds more of the host than it did before the first round."""
        if not self.counts:
            return
        now = settled(self.service, self.counts, SETTLE_S).counts()
        assert all(now[name] <= self.counts[name] for name in now), f"was {self.counts}, is {now}"


def kinds() -> dict[str, Kind]:
    """The kinds of programs by name."""
    return {kind.name: kind for kind in KINDS}
