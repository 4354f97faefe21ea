"""Verdicts as a person reads them: words, the usual short forms, and colours."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from verifierd.cli.output import seconds_text
from verifierd_client import Verdict

SHORT_FORMS: Mapping[Verdict, str] = {
    Verdict.ACCEPTED: "AC",
    Verdict.WRONG_ANSWER: "WA",
    Verdict.TIME_LIMIT_EXCEEDED: "TLE",
    Verdict.MEMORY_LIMIT_EXCEEDED: "MLE",
    Verdict.OUTPUT_LIMIT_EXCEEDED: "OLE",
    Verdict.RUNTIME_ERROR: "RE",
    Verdict.COMPILE_ERROR: "CE",
    Verdict.NO_CODE: "NC",
    Verdict.SKIPPED: "SK",
    Verdict.CANCELLED: "CA",
    Verdict.INFRASTRUCTURE_ERROR: "IE",
    Verdict.UNKNOWN: "?",
}

_STYLES: Mapping[Verdict, str] = {
    Verdict.ACCEPTED: "green",
    Verdict.WRONG_ANSWER: "red",
    Verdict.TIME_LIMIT_EXCEEDED: "yellow",
    Verdict.MEMORY_LIMIT_EXCEEDED: "yellow",
    Verdict.OUTPUT_LIMIT_EXCEEDED: "yellow",
    Verdict.RUNTIME_ERROR: "magenta",
    Verdict.COMPILE_ERROR: "magenta",
    Verdict.INFRASTRUCTURE_ERROR: "bold white on red",
}


def style(verdict: Verdict) -> str:
    """Return the colour of a verdict."""
    return _STYLES.get(verdict, "dim")


def words(verdict: Verdict) -> Text:
    """Return a verdict in words: wrong answer."""
    return Text(verdict.value.replace("_", " ").lower(), style=style(verdict))


def short(verdict: Verdict) -> Text:
    """Return a verdict's usual short form: WA."""
    return Text(SHORT_FORMS[verdict], style=style(verdict))


def counted(counts: Mapping[Verdict, int]) -> Text:
    """Return counts of verdicts in the verdicts' own order: 6 accepted, 3 wrong answer."""
    parts = [Text.assemble(f"{counts[each]} ", words(each)) for each in Verdict if counts.get(each)]
    return Text(", ").join(parts) if parts else Text("none")


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: 1 test, 5 tests."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def cpu_text(cpu_time_s: float, executions: int, saved: int) -> str:
    """Return what was run: 0.50 s in 3 executions, 5 more executions saved."""
    rest = f", {plural(saved, 'more execution')} saved" if saved else ""
    return f"{seconds_text(cpu_time_s)} in {plural(executions, 'execution')}{rest}"
