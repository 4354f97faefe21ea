"""What the demo found, for a person and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from string import ascii_uppercase
from typing import Any, NamedTuple

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verifierd.cli.as_json import candidate_as_json, summary_as_json
from verifierd.cli.demo.run import Findings
from verifierd.cli.output import money_text, plain, seconds_text
from verifierd.cli.summaries import summary_view
from verifierd.cli.words import counted, plural, short, words
from verifierd_client import Verdict

WIDE = 1000


class _Got(NamedTuple):
    """A verdict and the one that was due."""

    verdict: Verdict
    expected: str


def views(findings: Findings) -> Iterator[RenderableType]:
    """Yield what is shown, from top to bottom."""
    for judged in findings.problems:
        problem = judged.batch.problem
        counts = f"{plural(len(judged.batch.candidates), 'candidate')}, {plural(len(problem.tests), 'test')}"
        yield summary_view(f"{problem.id}: {counts}", judged.result.summary)
    yield BehavioursView(findings)
    yield _humaneval(findings)
    if findings.differences:
        yield _differences(findings)
    yield _speed(findings)


def as_json(findings: Findings) -> dict[str, Any]:
    """Return all of it as a JSON object."""
    return {
        "as_it_must_be": findings.as_it_must_be,
        "problems": [
            {
                "problem_id": judged.batch.problem.id,
                "candidates": [
                    {
                        "behaviour": candidate.behaviour,
                        "expected_verdict": candidate.expected_verdict,
                        **candidate_as_json(result, judged.batch.problem),
                    }
                    for candidate, result in zip(judged.batch.candidates, judged.result.results, strict=True)
                ],
                "summary": summary_as_json(judged.result.summary),
            }
            for judged in findings.problems
        ],
        "humaneval": {**findings.humaneval.as_json(), "tasks": findings.humaneval_tasks},
        "candidates": findings.candidates,
        "executions": findings.executions,
        "elapsed_s": findings.elapsed_s,
        "candidates_per_s": findings.candidates / findings.elapsed_s,
        "tests_per_s": findings.executions / findings.elapsed_s,
    }


class BehavioursView:
    """For each behaviour what its candidates got in each problem; `!` marks what must not be."""

    def __init__(self, findings: Findings) -> None:
        """Count."""
        self._problem_ids = [judged.batch.problem.id for judged in findings.problems]
        self._cells: dict[str, dict[str, Counter[_Got]]] = {}
        for judged in findings.problems:
            for candidate, result in zip(judged.batch.candidates, judged.result.results, strict=True):
                row = self._cells.setdefault(candidate.behaviour.replace("_", " "), {})
                got = _Got(result.verdict, candidate.expected_verdict)
                row.setdefault(judged.batch.problem.id, Counter())[got] += 1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield a table with the problems' names above it, or with letters where the names do not fit."""
        names = [plain(each.replace("_", " ")) for each in self._problem_ids]
        table = self._table(names)
        if Measurement.get(console, options.update(width=WIDE), table).maximum <= options.max_width:
            yield table
        else:
            yield self._table([Text(letter) for letter in letters(len(names))])
            named = zip(letters(len(names)), names, strict=True)
            yield Text(", ").join(Text.assemble((letter, "bold"), " ", name) for letter, name in named)
        seen = {got.verdict for row in self._cells.values() for counts in row.values() for got in counts}
        yield Text(", ").join(short(each) + Text(" ") + words(each) for each in Verdict if each in seen)

    def _table(self, headings: list[Text]) -> Table:
        table = Table(title="Verdicts by behaviour", title_justify="left", title_style="bold", expand=False)
        table.add_column("", no_wrap=True)
        for heading in headings:
            table.add_column(heading, justify="center")
        for behaviour, row in self._cells.items():
            cells = (_cell(row.get(each, Counter())) for each in self._problem_ids)
            table.add_row(plain(behaviour), *cells)
        return table


def letters(count: int) -> list[str]:
    """Return short names for the columns of a table: A, B, C, and numbers where there are too many."""
    return list(ascii_uppercase[:count]) if count <= len(ascii_uppercase) else list(map(str, range(count)))


def _cell(counts: Counter[_Got]) -> Text:
    parts = []
    for got, count in counts.items():
        parts.append(Text(f"{count} " if count > 1 else "").append_text(short(got.verdict)))
        if got.verdict.value != got.expected:
            parts[-1].append("!", style="bold white on red")
    return Text(" ").join(parts)


def _humaneval(findings: Findings) -> RenderableType:
    tally = findings.humaneval
    all_accepted = findings.humaneval_accepted == findings.humaneval_tasks
    accepted = f"{findings.humaneval_accepted} of {findings.humaneval_tasks} accepted"
    line = Text.assemble(
        "HumanEval, published solutions: ", (accepted, "bold green" if all_accepted else "bold red")
    )
    line.append(f", {seconds_text(tally.cpu_time_s)} CPU, {money_text(tally.cost_usd)}")
    if not all_accepted:
        line.append(" (").append_text(counted(tally.verdict_counts)).append(")")
    return line


def _differences(findings: Findings) -> RenderableType:
    lines: list[RenderableType] = [Text("Not as they must be", style="bold red")]
    for each in findings.differences:
        expected = Text(each.expected)
        if each.expected in Verdict.__members__:
            expected = words(Verdict(each.expected))
        names = plain(f"{each.problem_id} {each.result.candidate_id}")
        lines.append(Text.assemble(names, ": ", words(each.result.verdict), ", expected ", expected))
        if each.result.detail:
            lines.append(Padding(plain(each.result.detail), (0, 0, 0, 4)))
    return Group(*lines)


def _speed(findings: Findings) -> RenderableType:
    candidates_per_s = findings.candidates / findings.elapsed_s
    tests_per_s = findings.executions / findings.elapsed_s
    return Text.assemble(
        (f"{candidates_per_s:.1f} candidates/s, {tests_per_s:.1f} tests/s", "bold"),
        f": {findings.candidates} candidates and {findings.executions} tests",
        f" in {seconds_text(findings.elapsed_s)}",
    )
