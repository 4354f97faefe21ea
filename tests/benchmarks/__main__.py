"""`python -m tests.benchmarks`: what `make bench` runs. Exits 0 whatever the figures, 2 if used wrongly."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.comparisons import COMPARISONS, Sizes
from tests.benchmarks.plot import draw
from tests.benchmarks.promises import PROMISES
from tests.benchmarks.running import Ratio, Ratios, repeated
from tests.benchmarks.works import Absent
from tests.support.any_engine import engine_where_possible

BUILD = Path(__file__).resolve().parents[2] / "build"
QUICK = Sizes(
    real=410,
    stdio=200,
    subprocess=40,
    docker_tests=10,
    docker_candidates=10,
    warm_forks=300,
    cpp=12,
    tiny=(100, 1000, 3000),
    flips=60,
)


def main() -> int:
    """Compare, print, write `build/bench.json` and `build/bench.svg`."""
    arguments = _arguments()
    console = Console()
    sizes = QUICK if arguments.quick else Sizes()
    found: dict[str, Ratios] = {}
    with engine_where_possible():
        for name in arguments.only or COMPARISONS:
            with console.status(f"{name}: {COMPARISONS[name].__doc__}"):
                try:
                    found[name] = repeated(name, sizes, arguments.repeats)
                except Absent as reason:
                    console.print(f"{name}: left out: {reason}")
                    continue
            console.print(_ratios(name, found[name]))
            console.print(_where_time_goes(found[name]))
            _write(found, sizes)
    draw(found, BUILD / "bench.svg")
    console.print(f"written: {BUILD / 'bench.json'}, {BUILD / 'bench.svg'}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="little work: to see that it runs, not how fast")
    parser.add_argument(
        "--repeats", type=int, default=3, help="how often each comparison is done (default 3)"
    )
    parser.add_argument("--only", nargs="+", choices=COMPARISONS, help="these comparisons alone")
    return parser.parse_args()


def _ratios(name: str, ratios: Ratios) -> Table:
    table = Table(title=name, show_lines=False)
    for column in ("ratio", "median", "spread", "reach", "holds"):
        table.add_column(column, overflow="fold")
    promised = {promise.ratio: promise for promise in PROMISES if promise.comparison == name}
    for ratio, measured in ratios.items():
        promise = promised.get(ratio)
        reach = promise.reach if promise else ""
        holds = ("yes" if promise.holds(measured.median) else "NO") if promise else ""
        table.add_row(ratio, f"{measured.median:.3g}", measured.spread, reach, holds)
    return table


def _where_time_goes(ratios: Ratios) -> Table | str:
    """Return the CPU seconds by part, and wall time by stage, of each time the service was measured."""
    rows = [(name, ratio) for name, ratio in ratios.items() if "cpu_s" in ratio.facts]
    if not rows:
        return ""
    table = Table(title="where the time goes")
    parts = list(dict.fromkeys(part for _, ratio in rows for part in ratio.facts["cpu_s"]))
    stages = list(dict.fromkeys(stage for _, ratio in rows for stage in ratio.facts["stages_s"]))
    for column in ("work", *(f"CPU: {part}" for part in parts), *(f"wall: {stage}" for stage in stages)):
        table.add_column(column, justify="right")
    for name, ratio in rows:
        table.add_row(
            name,
            *_shares(ratio, parts),
            *(f"{ratio.facts['stages_s'].get(each, 0):.1f} s" for each in stages),
        )
    return table


def _shares(ratio: Ratio, parts: list[str]) -> list[str]:
    used = ratio.facts["cpu_s"]
    total = sum(used.values()) or 1.0
    return [f"{used.get(part, 0.0):.1f} s ({used.get(part, 0.0) / total:.0%})" for part in parts]


def _write(found: dict[str, Ratios], sizes: Sizes) -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    report = {
        "sizes": asdict(sizes),
        "ratios": {
            name: {ratio: {"median": each.median, **asdict(each)} for ratio, each in ratios.items()}
            for name, ratios in found.items()
        },
    }
    (BUILD / "bench.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
