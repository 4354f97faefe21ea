"""`verifierd doctor`: what isolation this host gives, and what to do about what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sandboxes.findings import Finding, HostReport
from sandboxes.host import examine
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import CONFIG_HELP, JSON_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.config import load_settings
from verifierd.config.convert import sandbox_settings

HELP = """Tell what isolation this host gives.

Each row: what, yes or no, and what was found. A *NO* keeps sandboxes from running, and what to do about it
stands below the table; a *no* says how good the walls are, and what would be better.

    verifierd doctor
    verifierd doctor --json | jq '.findings[] | select(.ok | not)'

Exit status: 0 sandboxes can run here; 1 they cannot; 2 a setting or an option is wrong.
"""


def doctor(
    config: Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Examine this host."""
    with reported(as_json):
        report = examine(sandbox_settings(load_settings(config)))
        if as_json:
            print_json(report_as_json(report))
        else:
            print_views(report_view(report))
    raise typer.Exit(ExitCode.FINE if report.usable else ExitCode.NEGATIVE)


def report_as_json(report: HostReport) -> dict[str, object]:
    """Return a report as a JSON object."""
    keys = ("what", "ok", "required", "detail", "remedy")
    findings = [{key: getattr(finding, key) for key in keys} for finding in report.findings]
    for finding in findings:
        if finding["ok"]:
            finding["remedy"] = None
    return {"usable": report.usable, "findings": findings}


def report_view(report: HostReport) -> RenderableType:
    """Return a report as a table and a last line that says what follows from it."""
    table = Table(title="This host", title_justify="left", expand=False)
    table.add_column("what", ratio=2)
    table.add_column("", width=3)
    table.add_column("found", ratio=5, overflow="fold")
    for finding in report.grouped:
        table.add_row(Text(finding.what), _answer(finding), _explanation(finding))
    return Group(table, _conclusion(report))


def _answer(finding: Finding) -> Text:
    if finding.ok:
        return Text("yes", style="green")
    return Text("NO" if finding.required else "no", style="bold red" if finding.required else "yellow")


def _explanation(finding: Finding) -> Text:
    text = Text(finding.detail)
    if not finding.ok and not finding.required and finding.remedy:
        text.append("\n")
        text.append(f"better: {finding.remedy}", style="bold")
    return text


def _conclusion(report: HostReport) -> Text:
    if report.usable:
        return Text("Sandboxes can run here.", style="green")
    missing = [finding for finding in report.grouped if finding.required and not finding.ok]
    text = Text("Sandboxes cannot run here. What is needed:", style="bold red")
    for finding in missing:
        text.append(f"\n{finding.what}: {finding.remedy}", style="not bold default")
    return text
