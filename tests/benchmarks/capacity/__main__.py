"""`python -m tests.benchmarks.capacity`: the simulation against this machine's real executor, within 15 %.

Prints a table and writes `build/capacity.json`. Exits 0 if every time at 50 % and 80 % load and of the burst
is within 15 %, else 1. About four minutes on an idle machine. On a busy one `computing` measures its
neighbours, and `--work waiting` still tells whether queues are foretold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.capacity.jobs import WORKS, Work
from tests.benchmarks.capacity.validating import Compared, Validation, measure

BUILD = Path(__file__).resolve().parents[3] / "build"
LOADS = (0.5, 0.8, 0.95)
HELD = ("50%", "80%")
WITHIN = 0.15
BURST = 200


def main() -> int:
    """Measure, foretell, compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=45.0, help="of each load (default 45)")
    parser.add_argument(
        "--jobs", type=int, default=200, help="to measure the machine by, before and after each (default 200)"
    )
    parser.add_argument(
        "--work", choices=WORKS, default="computing", help="what candidates do (default computing)"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    found = asyncio.run(
        _all(WORKS[arguments.work], arguments.seconds, arguments.jobs, random.Random(arguments.seed))
    )
    Console().print(_table(found))
    BUILD.mkdir(exist_ok=True)
    (BUILD / "capacity.json").write_text(
        json.dumps([asdict(each) for each in found], indent=2) + "\n", "utf-8"
    )
    return 0 if all(each.worst <= WITHIN for each in found if _is_held(each)) else 1


async def _all(work: Work, seconds: float, jobs: int, dice: random.Random) -> list[Compared]:
    console = Console()
    machine = await measure(work, jobs, dice)
    console.print(f"{machine.saturated_per_s:.1f} jobs a second at most, slowdown {machine.slowdown:.2f}")
    validation = Validation(machine, jobs, dice)
    found = [await validation.compare(share, seconds) for share in LOADS]
    return [*found, await validation.compare_burst(BURST)]


def _is_held(compared: Compared) -> bool:
    return compared.load in HELD or "at once" in compared.load


def _table(found: list[Compared]) -> Table:
    table = Table(title="from arrival to answer, foretold / measured, in ms")
    for column in ("load", "jobs", "mean", "p50", "p99", "off by", "within 15 %"):
        table.add_column(column, justify="right")
    for each in found:
        pairs = zip(each.foretold.all, each.measured.all, strict=True)
        shown = [f"{1e3 * foretold:.0f} / {1e3 * measured:.0f}" for foretold, measured in pairs]
        held = ("yes" if each.worst <= WITHIN else "NO") if _is_held(each) else "told"
        table.add_row(each.load, str(each.jobs), *shown, f"{each.worst:.0%}", held)
    return table


if __name__ == "__main__":
    sys.exit(main())
