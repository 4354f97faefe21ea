"""Cost and latency over time: percentiles of what candidates took, and how many there were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from verifierd.audit.queries import Percentiles, TimeBucket
from verifierd.console import amounts, parameters
from verifierd.console.console import Console
from verifierd.console.drawing.series import Plot, columns_plot, lines_plot

LAST_S = 9_000_000_000  # in the year 2255; as nanoseconds it is still a number of a database's
HOUR_NS = 3600 * amounts.SECOND_NS
SPANS = {
    "1h": ("hour", HOUR_NS, 60),
    "24h": ("day", 24 * HOUR_NS, 48),
    "7d": ("week", 7 * 24 * HOUR_NS, 56),
    "30d": ("30 days", 30 * 24 * HOUR_NS, 60),
}
Write = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured of a candidate: how it is called, found, written, and in what unit it is drawn.

    `axis` gives for the highest value how much one unit is, and how so many units are written.
    """

    heading: str
    said: str
    of: Callable[[TimeBucket], Percentiles | None]
    told: Write
    axis: Callable[[float], tuple[float, Write]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its plot, and its numbers in those buckets that have some."""

    measure: Measure
    plot: Plot
    rows: tuple[tuple[TimeBucket, Percentiles], ...]


def _of_time(highest_ns: float) -> tuple[float, Write]:
    unit_ns, sign = amounts.time_axis(highest_ns)
    return unit_ns, lambda units: f"{units:.6g} {sign}"


def _of_money(_: float) -> tuple[float, Write]:
    return 1.0, amounts.short_money


MEASURES = (
    Measure(
        "Wall time of a candidate",
        "What all of its runs took by the clock.",
        lambda bucket: bucket.wall_time_ns,
        amounts.duration,
        _of_time,
    ),
    Measure(
        "CPU time of a candidate",
        "What all of its runs took of processors.",
        lambda bucket: bucket.cpu_time_ns,
        amounts.duration,
        _of_time,
    ),
    Measure(
        "Waiting",
        "How long its first run waited for a sandbox.",
        lambda bucket: bucket.queued_ns,
        amounts.duration,
        _of_time,
    ),
    Measure(
        "Cost of a candidate",
        "What checking it cost, by the price table at that time.",
        lambda bucket: bucket.money_usd,
        amounts.money,
        _of_money,
    ),
)


def usage(console: Console, request: Request) -> Response:
    """Show a span of time that ends now, or where it is asked to."""
    span = parameters.choice(request, "span", SPANS, "24h")
    until = parameters.number(request, "until", LAST_S)
    _, span_ns, buckets = SPANS[span]
    step_ns = span_ns // buckets
    # The last bucket is the one that holds the moment: so the same address within it asks the same.
    ends_at_ns = ((console.clock() if until is None else until * amounts.SECOND_NS) // step_ns + 1) * step_ns
    found = console.shelf.usage(ends_at_ns - span_ns, ends_at_ns, buckets)
    labels = [_label(each.begins_at_ns, span) for each in found]
    figures = (_figure(measure, found, labels) for measure in MEASURES)
    return console.page(
        "usage",
        span=span,
        spans=SPANS,
        figures=[each for each in figures if each],
        counts=columns_plot([each.candidates for each in found], labels, lambda value: f"{value:,.0f}"),
        spent=columns_plot([each.spent_usd for each in found], labels, amounts.short_money),
        spent_usd=sum(each.spent_usd for each in found),
        total=sum(each.candidates for each in found),
        samples=sum(each.samples for each in found),
        earlier=max(0, (ends_at_ns - span_ns) // amounts.SECOND_NS - 1),
        later=None if until is None else min(LAST_S, (ends_at_ns + span_ns) // amounts.SECOND_NS - 1),
        begins_at_ns=ends_at_ns - span_ns,
        ends_at_ns=ends_at_ns,
        newest_at_ns=console.shelf.newest_record_at(),
    )


def _figure(measure: Measure, found: Sequence[TimeBucket], labels: Sequence[str]) -> Figure | None:
    values = [measure.of(each) for each in found]
    unit, told = measure.axis(max((each.p99 for each in values if each is not None), default=0.0))
    series = [
        ("p50", [None if each is None else each.p50 / unit for each in values]),
        ("p95", [None if each is None else each.p95 / unit for each in values]),
        ("p99", [None if each is None else each.p99 / unit for each in values]),
    ]
    plot = lines_plot(series, labels, told)
    rows = tuple((bucket, each) for bucket, each in zip(found, values, strict=True) if each is not None)
    return None if plot is None else Figure(measure, plot, rows)


def _label(begins_at_ns: int, span: str) -> str:
    moment = datetime.fromtimestamp(begins_at_ns // amounts.SECOND_NS, UTC)
    return moment.strftime("%H:%M" if span in ("1h", "24h") else "%d %b")
