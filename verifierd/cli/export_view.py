"""What an export took and left, as a person reads it."""

from __future__ import annotations

from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from verifierd.cli.words import counted, plural
from verifierd.export.choosing import Dropped, Wanted
from verifierd.export.tally import ExportTally
from verifierd_client import Verdict


def view(tally: ExportTally, wanted: Wanted, out: Path) -> RenderableType:
    """Return the counts of an export, with what to do where much was left out."""
    table = Table(show_header=False, expand=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("samples", f"{tally.samples} of {plural(tally.tasks, 'task')}")
    table.add_row("accepted", f"{tally.accepted} of {plural(tally.solved, 'task')}")
    if tally.unjudged:
        told = counted({Verdict(name): count for name, count in tally.unjudged.items()})
        table.add_row("not judged", Text.assemble(told, ", never exported"))
    for why in Dropped:
        if count := tally.dropped[why]:
            table.add_row("dropped", f"{count}: {_said(why, wanted)}")
    table.add_row("exported", f"{tally.exported} of {plural(tally.exported_tasks, 'task')}")
    table.add_row("traces", str(out) if tally.exported else Text("nothing to write, and no file", "yellow"))
    return table


def _said(why: Dropped, wanted: Wanted) -> str:
    if why is Dropped.UNKNOWN_SUITE:
        return f"{why} (judge with `verifierd eval --all-tests`; it takes two tests and wrong samples)"
    details = {
        Dropped.FEW_TESTS: f"below {wanted.min_tests}",
        Dropped.WEAK_SUITE: f"they may accept more than {wanted.max_false_positives:g} of wrong programs"
        if wanted.max_false_positives is not None
        else "",
        Dropped.BEYOND: f"{wanted.per_problem}",
    }
    return f"{why} ({details[why]})" if why in details else str(why)
