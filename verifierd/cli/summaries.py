"""The end of a batch for a person: verdicts, clusters, picks, and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verifierd.cli.output import money_text, plain, seconds_text
from verifierd.cli.words import counted, cpu_text, plural, words
from verifierd_client import BatchSummary, CandidateResult, Cluster, Pick

CLUSTERS_SHOWN = 3
LEAST_WIDTH_OF_WHY = 30


def summary_view(title: str, summary: BatchSummary) -> RenderableType:
    """Return the end of a batch as a small table."""
    cost = summary.cost
    table = Table(
        title=plain(title), title_justify="left", title_style="bold", show_header=False, expand=False
    )
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("verdicts", counted(summary.verdict_counts))
    table.add_row("clusters", clusters_text(summary.clusters))
    table.add_row("pick", _picks(summary))
    table.add_row("CPU", cpu_text(cost.cpu_time_s, cost.executions, cost.executions_saved + cost.cache_hits))
    memory = f"{cost.memory_gib_seconds:.3g} GiB-s"
    table.add_row(
        "cost", f"{money_text(cost.verification_usd)} ({seconds_text(cost.wall_time_s)} wall, {memory})"
    )
    if cost.generation_usd:
        table.add_row("", f"{money_text(cost.generation_usd)} more for drawing the candidates")
    if summary.suite is not None:
        table.add_row("tests", summary.suite.summary)
    return table


class CandidatesView:
    """Candidates with their verdicts: a table, or lines where a table leaves no room for the reasons."""

    def __init__(self, results: Iterable[CandidateResult]) -> None:
        """Keep the results."""
        self._results = tuple(results)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield what fits the width."""
        others = Measurement.get(console, options, self._table(with_why=False)).maximum
        if options.max_width - others >= LEAST_WIDTH_OF_WHY:
            yield self._table(with_why=True)
        else:
            for each in self._results:
                yield from _lines(each)

    def _table(self, with_why: bool) -> Table:
        table = Table(expand=False)
        table.add_column("candidate", overflow="fold")
        table.add_column("verdict", no_wrap=True)
        table.add_column("tests", justify="right", no_wrap=True)
        table.add_column("CPU", justify="right", no_wrap=True)
        if with_why:
            table.add_column("why", overflow="fold")
        for each in self._results:
            why = [_why(each)] if with_why else []
            table.add_row(plain(each.candidate_id), words(each.verdict), _tests(each), _cpu(each), *why)
        return table


def clusters_text(clusters: tuple[Cluster, ...]) -> Text:
    """Say how many behaviours there were, and which of them several candidates have."""
    if not clusters:
        return Text("none")
    shared = [cluster for cluster in clusters if len(cluster.candidate_ids) > 1]
    largest = [
        Text.assemble(plural(len(cluster.candidate_ids), "candidate"), " (", words(cluster.verdict), ")")
        for cluster in shared[:CLUSTERS_SHOWN]
    ]
    text = Text(plural(len(clusters), "behaviour"))
    if not largest:
        return text.append(", each of one candidate" if len(clusters) > 1 else ", of one candidate")
    if len(clusters) == 1:
        return text.append(", all alike: ").append_text(largest[0])
    several = "the largest shared by " if len(shared) > CLUSTERS_SHOWN else "shared by "
    return text.append(f"; {several}").append_text(Text(", ").join(largest))


def _lines(result: CandidateResult) -> Iterator[RenderableType]:
    numbers = f"{_tests(result)} tests, {_cpu(result)} CPU"
    yield Text.assemble(plain(result.candidate_id), ": ", words(result.verdict), f", {numbers}")
    if why := _why(result):
        yield Padding(why, (0, 0, 0, 4))


def _tests(result: CandidateResult) -> str:
    return f"{result.tests_passed}/{result.tests_total}"


def _cpu(result: CandidateResult) -> str:
    return seconds_text(result.usage.cpu_time_s)


def _why(result: CandidateResult) -> Text:
    return plain(f"the same program as {result.duplicate_of}" if result.duplicate_of else result.detail)


def _picks(summary: BatchSummary) -> Text:
    if summary.picks:
        text = Text(", ").join(map(_pick, summary.picks))
    elif summary.none_probability is not None:
        text = Text("none: nothing may be picked, or none is likelier right", style="yellow")
    else:
        text = Text("none: nothing was accepted", style="yellow")
    if summary.none_probability is not None:
        text.append(f"; {summary.none_probability:.0%} that none is right")
    return text


def _pick(pick: Pick) -> Text:
    chance = "" if pick.probability is None else f" ({pick.probability:.0%} right)"
    return Text.assemble(plain(pick.candidate_id), f" by {pick.rule}{chance}")
