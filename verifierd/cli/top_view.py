"""How `verifierd top` looks: figures in two columns of 80 characters, or in three of 120 and 24 lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from verifierd.cli.output import money_text, plain, size_text
from verifierd.cli.top_figures import Figures

STAGES = ("queue", "transfer", "compile", "fork", "run", "judge", "store")
BAR, LABEL, COLUMN = 10, 14, 40
_COLOURS = {"ACCEPTED": "green", "INFRASTRUCTURE_ERROR": "bold red"}


def top_view(
    figures: Figures, where: Sequence[str], at_s: float, troubles: Mapping[str, str]
) -> RenderableType:
    """Return one look. `troubles` says by address why a daemon is not told of here."""
    lines: list[RenderableType] = [_head(figures, where, at_s)]
    lines += [
        Text.assemble((f"{address}: ", "bold"), plain(why), style="red") for address, why in troubles.items()
    ]
    return Group(*lines, Text(), _Sections(figures))


class _Sections:
    """All sections beside each other, in as many columns as there is room for."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        figures = self._figures
        work, sandboxes, trust = _work(figures), _sandboxes(figures), _trust(figures)
        verdicts, stages, cost = _verdicts(figures), _stages(figures), _cost(figures)
        workers = [_workers(figures)] if figures.workers else []
        if options.max_width < 3 * COLUMN:
            columns = [[work, sandboxes, trust, *workers], [verdicts, stages, cost]]
        else:
            columns = [[work, sandboxes, *workers], [verdicts, trust], [stages, cost]]
        beside = Table.grid(expand=True, padding=(0, 2, 0, 0))
        for _ in columns:
            beside.add_column(ratio=1)
        beside.add_row(*map(_apart, columns))
        yield beside


def unanswered_view(troubles: Mapping[str, str], at_s: float) -> RenderableType:
    """Return a look at which no daemon answered."""
    lines = [Text(f"{address}: {why}", style="red") for address, why in troubles.items()]
    return Group(Text(f"{_clock(at_s)}  nothing answers; trying again", style="bold"), *lines)


def top_as_json(
    figures: Figures, where: Sequence[str], at_s: float, troubles: Mapping[str, str]
) -> dict[str, Any]:
    """Return one look as a JSON object."""
    told = asdict(figures)
    told["stages_s"] = {stage: {"p50": p50, "p95": p95} for stage, (p50, p95) in figures.stages_s.items()}
    told["caches"] = {
        cache: {"hit_share": share, "bytes": kept, "max_bytes": most}
        for cache, (share, kept, most) in figures.caches.items()
    }
    return {
        "at": datetime.fromtimestamp(at_s, UTC).isoformat(),
        "addresses": [*where],
        "troubles": dict(troubles),
        **told,
    }


def _head(figures: Figures, where: Sequence[str], at_s: float) -> Text:
    state, style = ("ready", "green") if figures.is_ready else ("not ready", "bold red")
    if figures.is_draining:
        state, style = "about to stop", "yellow"
    named = where[0] if len(where) == 1 else f"{len(where)} daemons"
    head = Text.assemble(
        (f"verifierd {figures.version}", "bold"),
        f" at {named}, ",
        (state, style),
        f", up {_span(figures.up_s)}",
    )
    head.append(f"   {_clock(at_s)}", style="dim")
    return head


def _work(figures: Figures) -> Table:
    rows: list[tuple[str, str | Text]] = [
        ("in flight", f"{figures.batches} batches, {figures.batches_ended.count} ended"),
        ("waiting", _waiting(figures)),
        (
            "running",
            Text.assemble(_bar(figures.running, figures.slots), f" {figures.running} of {figures.slots}"),
        ),
        ("judged", f"{_number(figures.candidates.count)}, {figures.candidates.per_second:.1f} a second"),
        ("executions", f"{_number(figures.executions.count)}, {figures.executions.per_second:.1f} a second"),
    ]
    if figures.worked is not None:
        worked = f"{_number(figures.worked.count)}, {figures.worked.per_second:.1f} a second"
        rows.append(("for a fleet", worked))
    return _section("Candidates", rows)


def _waiting(figures: Figures) -> Text:
    text = Text(_number(figures.waiting))
    if figures.waiting:
        text.append(f", up to {_span(figures.oldest_s)}", style="yellow" if figures.oldest_s > 60 else "")
    return text


def _verdicts(figures: Figures) -> Table:
    total = max(1, figures.candidates.count)
    rows = [
        (
            verdict.removesuffix("_EXCEEDED").replace("INFRASTRUCTURE", "OUR").lower().replace("_", " "),
            Text.assemble(
                _bar(rate.count, total, _COLOURS.get(verdict, "cyan")),
                f" {rate.count / total:4.0%} {_number(rate.count)}",
            ),
        )
        for verdict, rate in sorted(figures.verdicts.items(), key=lambda each: -each[1].count)
    ]
    return _section("Verdicts", rows or [("none yet", "")])


def _stages(figures: Figures) -> Table:
    rows = [
        (stage, f"{_seconds(figures.stages_s[stage][0])} {_seconds(figures.stages_s[stage][1])}")
        for stage in STAGES
        if stage in figures.stages_s
    ]
    return _section("Time: half, 95 % within", rows or [("none yet", "")])


def _sandboxes(figures: Figures) -> Table:
    states = [f"{count} {state}" for state, count in figures.sandboxes.items() if count] or ["none"]
    replaced = [f"{count} {why.replace('_', ' ')}" for why, count in figures.replaced.items() if count]
    rows = [("now", ", ".join(states)), ("replaced", ", ".join(replaced) or "none")]
    return _section("Sandboxes", rows)


def _cost(figures: Figures) -> Table:
    rows: list[tuple[str, str | Text]] = [
        ("verifying", money_text(figures.usd)),
        ("an hour", money_text(figures.usd_per_hour)),
        ("CPU time", f"{_span(figures.cpu_seconds.count)}, {figures.cpu_seconds.per_second:.2f} CPUs"),
        ("saved runs", _number(figures.saved)),
    ]
    rows += [
        (f"{cache}s", f"{share:.0%} found, {size_text(kept)}")
        for cache, (share, kept, most) in figures.caches.items()
    ]
    return _section("Cost and caches", rows)


def _trust(figures: Figures) -> Table:
    rows = [
        ("our errors", _alarming(figures.infrastructure_errors)),
        ("run again", Text(_number(figures.reruns))),
        ("varying", Text(_number(figures.varying))),
        ("loop lag", Text(_seconds(figures.loop_lag_s).strip())),
    ]
    if figures.is_store_up is not None:
        up = f"written, {figures.records_waiting} wait"
        down = Text(f"not written, {figures.records_waiting} wait", style="bold red")
        rows.append(("audit store", Text(up) if figures.is_store_up else down))
    return _section("Trust", rows)


def _workers(figures: Figures) -> Table:
    busy, slots = figures.worker_slots_busy, figures.worker_slots
    heard_of = ", ".join(f"{count} {state}" for state, count in figures.workers.items())
    rows: list[tuple[str, str | Text]] = [
        ("heard of", Text(heard_of, style="" if figures.workers.get("ready") else "bold red")),
        ("sandboxes", Text.assemble(_bar(busy, slots), f" {busy} of {slots}")),
        (
            "pending",
            ", ".join(f"{_number(count)} {each}" for each, count in figures.pending.items()) or "none",
        ),
    ]
    return _section("Workers", rows)


def _section(title: str, rows: Iterable[tuple[str, str | Text]]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False
    )
    table.add_column(no_wrap=True, style="dim", overflow="ellipsis", min_width=LABEL, max_width=LABEL)
    table.add_column(overflow="fold", min_width=max(0, len(title) - LABEL))  # a title folds with its table
    for row in rows:
        table.add_row(*row)
    return table


def _apart(sections: Sequence[Table]) -> Group:
    parts: list[RenderableType] = []
    for section in sections:
        parts += [section, Text()]
    return Group(*parts[:-1])


def _bar(part: float, whole: float, style: str = "cyan") -> Text:
    filled = round(BAR * min(1.0, part / whole)) if whole else 0
    return Text.assemble(("█" * filled, style), ("░" * (BAR - filled), "dim"))


def _alarming(count: int) -> Text:
    return Text(_number(count), style="bold red" if count else "")


def _number(count: int) -> str:
    return f"{count:,}"


def _seconds(seconds: float) -> str:
    """Return a duration in nine characters: 250 µs, 2.50 ms, 1.20 s, 90 s."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            digits = 2 if seconds * factor < 10 else 0
            return f"{seconds * factor:6.{digits}f} {unit:<2}"
    return f"{0:6} s "


def _span(seconds: float) -> str:
    """Return a long duration by its two largest units."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        f"{each} {unit}" for each, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")) if each
    ]
    return " ".join(parts[:2]) or "0 s"


def _clock(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%H:%M:%S UTC")
