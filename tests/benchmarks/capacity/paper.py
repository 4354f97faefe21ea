"""`python -m tests.benchmarks.capacity.paper`: the tables of `deploy/CAPACITY.md` that are simulated.

An execution takes 0.3 s on average, with a coefficient of variation of 0.5. The seed is fixed.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from tests.benchmarks.capacity.fleet import Fleet, simulate
from tests.benchmarks.capacity.foretelling import Foretold, beside_a_burst, draw, steady
from tests.benchmarks.capacity.jobs import burst
from verifierd.economics.durations import Durations

SERVICE = Durations(0.3, 0.5)
FLEETS = (Fleet(1, 16), Fleet(10, 16), Fleet(141, 16))
LOADS = (0.5, 0.8, 0.95)
JOBS = 200_000
NEAR_SHARES = (0.0, 0.001, 0.01)
SANDBOXES_EACH = (2, 4, 8, 16)


def main() -> int:
    """Print the tables."""
    console = Console()
    console.print(_responses())
    console.print(_reruns())
    return 0


def _responses() -> Table:
    table = Table(title="from arrival to answer, in ms")
    for column in ("sandboxes", "load", "p50", "p99", "p99 by formula", "p99 of bulk"):
        table.add_column(column, justify="right")
    for fleet in FLEETS:
        for told in _loads(fleet):
            cells = (told.p50_s, told.p99_s, told.formula_p99_s, told.bulk_p99_s)
            shown = ["" if each is None else f"{1e3 * each:,.0f}" for each in cells]
            table.add_row(f"{fleet.sandboxes:,}", told.load, *shown)
    return table


def _loads(fleet: Fleet) -> Iterator[Foretold]:
    jobs = max(JOBS, 30 * fleet.sandboxes)
    for load in LOADS:
        yield steady(fleet, SERVICE, load, jobs, random.Random(1))
    yield beside_a_burst(fleet, SERVICE, 0.5, jobs, 10 * fleet.sandboxes, random.Random(1))


def _reruns() -> Table:
    """Return what is left of a worker's rate where some jobs run again with the worker to themselves."""
    table = Table(title="jobs a second at most, against a worker without runs near their limit")
    table.add_column("near their limit", justify="right")
    for count in SANDBOXES_EACH:
        table.add_column(f"{count} sandboxes a worker", justify="right")
    for share in NEAR_SHARES:
        table.add_row(
            f"{share:.1%}", *(f"{_rate(count, share) / _rate(count, 0.0):.2f}" for count in SANDBOXES_EACH)
        )
    return table


def _rate(sandboxes_each: int, near_share: float) -> float:
    dice = random.Random(1)
    jobs = list(burst([0] * 1000 * sandboxes_each, 0.0))
    answered = simulate(Fleet(1, sandboxes_each), jobs, draw(SERVICE, len(jobs), dice, near_share))
    return len(jobs) / max(each.response_s for each in answered)


if __name__ == "__main__":
    sys.exit(main())
