"""What a resolved query costs by each strategy, on recorded samples that are decoded anew.

A recording is no model. The next recorded sample stands for a revision, which learns nothing from what it
is told; a partial program is gone on with by one of the recorded samples that begin with it. So a search can
find nothing here that sampling would not, and revision is as good as sampling: what is compared is how soon
each strategy stops, and what that costs. Self-consistency sees no test, and only problems that have inputs.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.prove.harness import Figure, Line
from tests.prove.replay import SAMPLES, Recorded, recorded_problems, resolve_all, sampler_of
from tests.support.backends import BACKENDS, serving
from verifierd_client.strategies import (
    Query,
    Strategy,
    Totals,
    adaptive,
    beam_search,
    best_of_n,
    mcts,
    self_consistency,
    sequential_revision,
    table,
    totals,
)

QUERIES_AT_ONCE = 8
SANDBOXES = 4
WORTHS_USD = (0.0003, 0.001, 0.003, 0.01)
TABLE, PLOT = "clients-strategies.md", "clients-accuracy-money.svg"


@dataclass(frozen=True, slots=True)
class Trial:
    """One point of the plot: a strategy, the curve it belongs to, and the form of its queries."""

    name: str
    strategy: Strategy
    curve: str
    query: Callable[[Recorded], Query | None] = Recorded.query


TRIALS = (
    *(
        Trial(f"best of {n}, all of them", partial(best_of_n, n=n, stop=None), "best of n, all")
        for n in (1, 4, 16, SAMPLES)
    ),
    *(
        Trial(
            f"best of {n}, first pass", partial(best_of_n, n=n, at_once=8), "best of n, first pass, 8 at once"
        )
        for n in (4, 16, SAMPLES)
    ),
    *(
        Trial(f"adaptive, worth ${usd:g}", partial(adaptive, usd_per_resolved=usd), "adaptive")
        for usd in WORTHS_USD
    ),
    Trial("self-consistency of 30", partial(self_consistency, n=30), "", Recorded.query_without_tests),
    Trial("revision, 4 chains of 8", partial(sequential_revision, chains=4, rounds=8), ""),
    Trial("beam search of 64", partial(beam_search, samples=64), "", Recorded.query_by_assertions),
    Trial("tree search of 64", partial(mcts, samples=64), "", Recorded.query_by_assertions),
)


def lines(repository: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in."""

    def measure() -> Figure:
        problems = recorded_problems(repository.parent / "shared" / "data")
        with serving(BACKENDS[0], SANDBOXES) as service:
            rows = [_totals(trial, problems, service.address) for trial in TRIALS]
        build = repository / "build"
        build.mkdir(exist_ok=True)
        (build / TABLE).write_text(f"{table(rows)}\n", "utf-8")
        _draw(rows, build / PLOT)
        return _figure({row.strategy: row for row in rows})

    what = f"USD per resolved query of each strategy; build/{TABLE} and build/{PLOT}"
    return [Line(what, "first pass and adaptive below best of 100 at its accuracy", measure)]


def _totals(trial: Trial, problems: Sequence[Recorded], address: str) -> Totals:
    asked = [(each, query) for each in problems if (query := trial.query(each)) is not None]
    queries = [query for _, query in asked]
    resolutions = asyncio.run(
        resolve_all(queries, trial.strategy, sampler_of(problems), address, QUERIES_AT_ONCE)
    )
    right = [
        resolution.answer in problem.right
        for resolution, (problem, _) in zip(resolutions, asked, strict=True)
    ]
    return totals(resolutions, right, trial.name)


def _figure(rows: dict[str, Totals]) -> Figure:
    whole = rows[f"best of {SAMPLES}, all of them"]
    first = rows[f"best of {SAMPLES}, first pass"]
    dial = rows[f"adaptive, worth ${WORTHS_USD[-1]:g}"]
    holds = (
        first.solved.value >= whole.solved.value
        and first.usd_per_resolved < whole.usd_per_resolved
        and dial.usd_per_resolved < whole.usd_per_resolved
        and all(row.unverified == 0 for row in rows.values())
    )
    text = "; ".join(
        f"{name}: {row.solved.value:.0%} solved, ${row.usd_per_resolved:.2g}" for name, row in rows.items()
    )
    facts = {
        name: {"solved": row.solved.value, "usd": row.usd, "usd_per_resolved": row.usd_per_resolved}
        for name, row in rows.items()
        if math.isfinite(row.usd_per_resolved)
    }
    return Figure(text, holds, facts)


def _draw(rows: Sequence[Totals], file: Path) -> None:
    """Draw accuracy against money, one point a strategy, a line through those of one curve."""
    from matplotlib.figure import Figure as Drawing

    drawing = Drawing(figsize=(8, 5), layout="constrained")
    axes = drawing.add_subplot()
    curves: dict[str, list[Totals]] = {}
    for trial, row in zip(TRIALS, rows, strict=True):
        curves.setdefault(trial.curve or trial.name, []).append(row)
    for (name, points), marker in zip(curves.items(), "osD^v<>P", strict=False):
        money = [row.usd for row in points]
        solved = [row.solved.value for row in points]
        axes.plot(money, solved, marker=marker, label=name, linestyle="-" if len(points) > 1 else "none")
    axes.set_xscale("log")
    axes.set_xlabel("US dollars a query, tokens and verification")
    axes.set_ylabel(f"share of the {rows[0].queries} problems solved")
    axes.set_ylim(0, 1)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="upper left", fontsize="small")
    drawing.savefig(file)
