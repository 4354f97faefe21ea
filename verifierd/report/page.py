"""The report as one page of HTML that needs nothing else: no network, no script, no font, no other file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from verifierd.economics.calibration import Reliability
from verifierd.model import Estimate
from verifierd.report.clusters import ClusterFigures
from verifierd.report.coverage import CoverageFigures
from verifierd.report.figures import ReportFigures
from verifierd.report.plots import drawings, rows
from verifierd.report.plots.canvas import HEIGHT_IN, plot
from verifierd.report.suites import SuiteFigures

TEMPLATE = Path(__file__).with_name("page.html.jinja")
ROW_IN = 0.085

Words = Mapping[str, Callable[[float], str]]


def html_page(figures: ReportFigures, name: str, words: Words) -> str:
    """Return the page.

    Args:
        figures: the numbers.
        name: of the results, for the title.
        words: how the page writes amounts: `money` of US dollars, `seconds` of a time.
    """
    # All that comes from results is text that somebody else wrote.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(words, percent=_percent, interval=_interval, verdict=_verdict)
    template = environment.from_string(TEMPLATE.read_text("utf-8"))
    return template.render(
        figures=figures,
        name=name,
        plots=dict(_plots(figures)),
        most_rows=rows.MOST_ROWS,
        infinity=math.inf,
    )


def _plots(figures: ReportFigures) -> Iterator[tuple[str, Markup]]:
    """Yield each plot that these figures give, by the name that the template has for it."""
    coverage, clusters, suites = figures.coverage, figures.clusters, figures.suites
    if isinstance(coverage, CoverageFigures):
        yield _plot(
            "difficulty",
            "How hard the tasks are",
            f"{figures.solved} of {len(figures.tasks)} tasks have a right sample.",
            partial(drawings.draw_difficulty, tasks=figures.tasks),
        )
        yield _plot(
            "coverage",
            "Coverage over the number of samples",
            f"pass@k from k = 1 to {coverage.samples}, and what is expected of up to "
            f"{coverage.beyond[-1].k:,} samples.",
            partial(drawings.draw_coverage, figures=coverage),
        )
    if figures.costs.histogram:
        yield _plot(
            "cpu",
            "CPU of a run",
            "A histogram on a logarithmic axis, with the median and the 95th and 99th percentile.",
            partial(drawings.draw_cpu, figures=figures.costs),
        )
    if isinstance(clusters, ClusterFigures):
        shown = len(rows.rows_shown(len(clusters.tasks)))
        yield _plot(
            "clusters",
            "Clusters of each task",
            f"The largest cluster is right in {clusters.plurality_right} of {len(clusters.tasks)} tasks.",
            partial(rows.draw_clusters, tasks=clusters.tasks),
            max(1.6, 0.8 + ROW_IN * shown),
        )
        yield _plot(
            "shares",
            "Being right over the share of the largest cluster",
            "Tasks by the share of their largest cluster, and in how many of them it is right.",
            partial(
                drawings.draw_reliability,
                figures=clusters.by_share,
                said="share of the largest cluster",
                seen="tasks where it is right",
            ),
        )
    if isinstance(suites, SuiteFigures):
        yield from _suite_plots(suites)
    if isinstance(figures.calibration, Reliability):
        yield _plot(
            "reliability",
            "Reliability diagram",
            f"Expected calibration error {figures.calibration.expected_calibration_error:.3f}.",
            partial(
                drawings.draw_reliability,
                figures=figures.calibration,
                said="predicted chance of being right",
                seen="samples that are right",
            ),
        )


def _suite_plots(suites: SuiteFigures) -> Iterator[tuple[str, Markup]]:
    rated = sum(task.report.false_positive_rate is not None for task in suites.tasks)
    if rated:
        shown = len(rows.rows_shown(rated))
        yield _plot(
            "false-positives",
            "False positives of each suite",
            f"Estimates for {rated} tasks with their intervals, the weakest suite first.",
            partial(rows.draw_false_positives, tasks=suites.tasks),
            max(1.6, 0.8 + ROW_IN * shown),
        )
    if any(task.report.tests for task in suites.tasks):
        yield _plot(
            "tests",
            "What each test rejects",
            f"{suites.redundant:,} of {suites.tests:,} tests reject no sample alone.",
            partial(rows.draw_tests, tasks=suites.tasks),
        )


def _plot(
    key: str, title: str, description: str, draw: drawings.Draw, height_in: float = HEIGHT_IN
) -> tuple[str, Markup]:
    # The plots hold words of ours alone, and these are escaped where they are put in.
    return key, Markup(plot(key, title, description, draw, height_in))  # noqa: S704


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


def _verdict(name: str) -> str:
    return name.replace("_", " ").lower()
