"""What an engine is set up with."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifierd.batches.admission import QueueLimits
from verifierd.economics.prices import PriceTable

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Bounds and prices.

    Attributes:
        queue: how much may be in flight over all batches.
        prices: what the bill is made with.
        results_ahead: candidates of one batch that may be taken in before their results are taken out.
        kept_result_bytes: results of one batch that are kept for candidates with the same program.
        result_output_bytes: outputs of all tests of one candidate that its result carries; what goes beyond
            is judged as well, but cut off in the result.
        result_cache_bytes: outcomes that are kept for equal runs of later batches; 0: every run is made.
    """

    queue: QueueLimits = field(default_factory=QueueLimits)
    prices: PriceTable = field(default_factory=PriceTable)
    results_ahead: int = 256
    kept_result_bytes: int = 16 * MIB
    result_output_bytes: int = 8 * MIB
    result_cache_bytes: int = 0
