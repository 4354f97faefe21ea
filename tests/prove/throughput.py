"""What `make prove-throughput` measures: the benchmark's ratios, against how far each must reach."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.benchmarks.comparisons import Sizes
from tests.benchmarks.promises import PROMISES, Promise
from tests.benchmarks.running import Ratios, repeated
from tests.benchmarks.works import Absent
from tests.prove.harness import Figure, Line, NotMeasured

# Minutes each; the others take seconds.
ONCE = frozenset({"growth", "flips"})
REPEATS = 3


def lines(repository: Path, scratch: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in."""
    return [Line(promise.what, promise.reach, _Measured(promise)) for promise in PROMISES]


class _Measured:
    """Measures a promise, once for all promises of a comparison."""

    def __init__(self, promise: Promise) -> None:
        self._promise = promise

    def __call__(self) -> Figure:
        promise = self._promise
        ratios = _ratios(promise.comparison)
        if promise.ratio not in ratios:
            raise NotMeasured(f"this host cannot measure {promise.ratio!r}")
        ratio = ratios[promise.ratio]
        text = f"{ratio.median:.3g}{promise.unit} ({ratio.spread})"
        return Figure(text, promise.holds(ratio.median), {"values": ratio.values, **ratio.facts})


@cache
def _ratios(comparison: str) -> Ratios:
    try:
        return repeated(comparison, Sizes(), 1 if comparison in ONCE else REPEATS)
    except Absent as reason:
        raise NotMeasured(str(reason)) from None
