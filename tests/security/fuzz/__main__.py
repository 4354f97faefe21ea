"""`python -m tests.security.fuzz`: what `make fuzz` runs. Prints a JSON summary; exits 1 on a failure."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

from rich.console import Console

from tests.support.backends import BACKENDS, why_not

from .campaign import Summary, campaign

BUILD = Path(__file__).resolve().parents[3] / "build"
NAMES = [backend.name for backend in BACKENDS]


def main() -> int:
    """Fuzz for so many seconds."""
    asked = _arguments()
    backend = next(each for each in BACKENDS if each.name == asked.backend)
    if reason := why_not(backend):
        sys.stderr.write(f"{backend.name} cannot run here: {reason}\n")
        return 2
    seed = asked.seed if asked.seed is not None else random.randrange(1 << 32)
    console = Console(stderr=True)
    console.print(f"seed {seed}, backend {backend.name}, {asked.seconds:g} s")
    started = time.monotonic()
    with campaign(backend) as running, console.status("starting") as status:

        def progress(summary: Summary, part: str) -> None:
            status.update(
                f"{time.monotonic() - started:.0f} of {asked.seconds:g} s, round {summary.rounds}, "
                f"{sum(summary.cases.values())} cases, {len(summary.failures)} failures: {part}"
            )

        summary = running.run(asked.seconds, seed, asked.only, progress)
    for failed in summary.failures:
        console.print(
            f"{failed.part}, seed {failed.seed}:\n{failed.what}\nagain: {failed.command}", markup=False
        )
    BUILD.mkdir(exist_ok=True)
    text = json.dumps(summary.told(), indent=2)
    (BUILD / f"fuzz-{backend.name}.json").write_text(text + "\n", "utf-8")
    sys.stdout.write(text + "\n")
    return 0 if summary.holds else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.security.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long; the round in hand is ended")
    parser.add_argument("--seed", type=int, help="which cases; none given: others each time")
    parser.add_argument("--backend", choices=NAMES, default=NAMES[0])
    parser.add_argument("--only", metavar="PART", help="one part by its name, as a failure names it")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
