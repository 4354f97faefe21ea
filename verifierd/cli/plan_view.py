"""Plans as a person reads them, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.console import RenderableType
from rich.table import Table

from verifierd.cli.output import money_text, seconds_text
from verifierd.cli.plan_report import Report
from verifierd.cli.words import plural
from verifierd.economics.planning import NextSample, SamplingPlan
from verifierd.model import Estimate

NAMES = {"uniform": "the same for each", "by_value": "by marginal value"}
# Problems by the share of their measured samples that solve them, each up to this share.
GROUPS = (("none", 0.0), ("up to 1 in 10", 0.1), ("up to half", 0.5), ("more", 1.0))


def report_as_json(report: Report) -> dict[str, Any]:
    """Return a report as a JSON object, with the samples of each plan by task."""
    difficulty, workers = report.difficulty, report.workers
    return {
        "tasks": len(report.seen.tasks),
        "samples": report.seen.samples,
        "not_judged": report.seen.not_judged,
        "difficulty": {"unsolvable": difficulty.unsolvable, "a": difficulty.a, "b": difficulty.b},
        "most_coverage": report.problems.most_coverage,
        "usd_per_sample": float(report.problems.usd.mean()),
        "generation_usd_per_sample": report.generation_usd,
        "plans": {
            name: _plan_as_json(report, plan, coverage)
            for name, (plan, coverage) in report.named_plans.items()
        },
        "workers": None
        if workers is None
        else {
            "workers": workers.workers,
            "utilisation": workers.utilisation,
            "wait_chance": workers.wait_chance,
            "p99_s": workers.response_s,
        },
    }


def _plan_as_json(report: Report, plan: SamplingPlan, coverage: Estimate) -> dict[str, Any]:
    following = plan.next_sample
    return {
        "coverage": coverage.value,
        "coverage_interval": [coverage.low, coverage.high],
        "cost_usd": plan.cost_usd,
        "cost_until_solved_usd": plan.cost_until_solved_usd,
        "next_sample": {"chance": following.chance, "usd": following.usd, "net_usd": following.net_usd},
        "samples": {task.task_id: count for task, count in zip(report.seen.tasks, plan.samples, strict=True)},
    }


def report_views(report: Report) -> Iterator[RenderableType]:
    """Yield the tables of a report."""
    yield _measured(report)
    yield _plans(report)
    yield _groups(report)


def _measured(report: Report) -> Table:
    seen, difficulty = report.seen, report.difficulty
    table = _facts("Measured")
    table.add_row("samples", f"{seen.samples} of {plural(len(seen.tasks), 'task')}")
    if seen.not_judged:
        rest = f", and with them {plural(seen.tasks_not_judged, 'task')}" if seen.tasks_not_judged else ""
        table.add_row("", f"{seen.not_judged} more that nobody judged, left out{rest}")
    table.add_row(
        "difficulty",
        f"pass@1 is {difficulty.pass_at(1):.1%}: {difficulty.unsolvable:.1%} of such problems are never "
        f"solved, the chances of the others are Beta({difficulty.a:.3g}, {difficulty.b:.3g})",
    )
    table.add_row("at most", f"{report.problems.most_coverage:.1%} of these can be expected to be solved")
    usd = float(report.problems.usd.mean())
    table.add_row(
        "a sample",
        f"{money_text(usd)}: {money_text(report.generation_usd)} to draw, "
        f"{money_text(max(0.0, usd - report.generation_usd))} to verify",
    )
    if report.workers is not None:
        made = report.workers
        table.add_row(
            "workers",
            f"{made.workers} for {report.wanted.rate:g} batches/s: p99 {seconds_text(made.response_s)}, "
            f"{made.utilisation:.0%} busy, {made.wait_chance:.1%} of batches wait",
        )
    return table


def _plans(report: Report) -> Table:
    table = _facts("Plans")
    named = report.named_plans
    for name, (plan, coverage) in named.items():
        most = "at most " if report.wanted.until_solved else ""
        table.add_row(
            NAMES[name], f"{most}{_spread(plan.samples)} a problem, {most}{sum(plan.samples)} in all"
        )
        table.add_row("  coverage", f"{coverage.value:.1%} ({coverage.low:.1%} to {coverage.high:.1%})")
        table.add_row(
            "  cost",
            f"{money_text(plan.cost_usd)} for all, {money_text(plan.cost_until_solved_usd)} ending with the "
            "first that solves",
        )
        table.add_row("  one more", _next_text(plan.next_sample, report.wanted.until_solved))
        table.add_section()
    return table


def _next_text(following: NextSample, until_solved: bool) -> str:
    what = "to solve where none did" if until_solved else "to be the first that solves"
    text = f"{following.chance:.2%} {what}, for {money_text(following.usd)}"
    if following.net_usd is None:
        return text
    worth = "worth" if following.net_usd >= 0 else "not worth"
    sign = "" if following.net_usd >= 0 else "-"
    return f"{text}: {worth} it, {sign}{money_text(abs(following.net_usd))}"


def _groups(report: Report) -> Table:
    """Return what each kind of problem gets by the best plan."""
    counts, problems = np.array(report.best.samples), report.problems
    chances = problems.solved(counts)
    costs = problems.usd * (problems.drawn_until_solved(counts) if problems.until_solved else counts)
    shares = np.array([each.correct / each.samples for each in report.seen.tasks])
    table = Table(title="Samples by how many measured ones solve", title_justify="left", expand=False)
    for column in ("solved by", "problems", "samples each", "expected solved", "cost"):
        table.add_column(column, justify="left" if column == "solved by" else "right")
    above = -1.0
    for name, most in GROUPS:
        chosen = (shares > above) & (shares <= most)
        above = most
        if chosen.any():
            table.add_row(
                name,
                str(int(chosen.sum())),
                _spread(tuple(counts[chosen].tolist())),
                f"{chances[chosen].sum():.1f}",
                money_text(float(costs[chosen].sum())),
            )
    return table


def _spread(counts: tuple[int, ...]) -> str:
    least, most = min(counts), max(counts)
    return str(least) if least == most else f"{least} to {most}"


def _facts(title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, expand=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    return table
