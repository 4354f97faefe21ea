"""What an engine is set up with."""

from __future__ import annotations

from dataclasses import dataclass

from verifierd.batches.admission import QueueLimits
from verifierd.economics.prices import PriceTable
from verifierd.selection.rules import Plurality, SelectionRule

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Bounds, prices and the rule that picks.

    Attributes:
        queue: how much may be in flight over all batches.
        prices: what the bill is made with.
        rule: how candidates are picked.
        picks: how many at most.
        results_ahead: candidates of one batch that may be taken in before their results are taken out.
        kept_result_bytes: results of one batch that are kept for candidates with the same program.
    """

    queue: QueueLimits = QueueLimits()
    prices: PriceTable = PriceTable()
    rule: SelectionRule = Plurality()
    picks: int = 1
    results_ahead: int = 256
    kept_result_bytes: int = 16 * MIB
