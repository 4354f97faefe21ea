"""A proof measures every line, holds only if all hold, and leaves its figures in a file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.prove.harness import Figure, Line, NotMeasured, prove


def _holds() -> Figure:
    return Figure("12 s", holds=True, facts={"took_s": 12})


def _falls_short() -> Figure:
    return Figure("40 s", holds=False)


def _absent() -> Figure:
    raise NotMeasured("no data here")


def _breaks() -> Figure:
    raise RuntimeError("boom")


def _prove(folder: Path, *measures: Any) -> tuple[int, dict[str, Any], str]:
    console = Console(file=io.StringIO(), width=100)
    lines = [Line(f"line {number}", "reach", measure) for number, measure in enumerate(measures)]
    status = prove("sample", lines, folder / "build", console)
    report = json.loads((folder / "build" / "prove-sample.json").read_text("utf-8"))
    assert isinstance(console.file, io.StringIO)
    return status, report, console.file.getvalue()


def test_a_proof_whose_lines_all_hold_succeeds(tmp_path: Path) -> None:
    status, report, told = _prove(tmp_path, _holds, _holds)
    assert (status, report["holds"]) == (0, True)
    assert report["lines"][1]["facts"] == {"took_s": 12}
    assert "1/2 holds: line 0: 12 s" in told


def test_a_line_that_falls_short_or_breaks_does_not_keep_the_next_from_being_measured(tmp_path: Path) -> None:
    status, report, told = _prove(tmp_path, _falls_short, _breaks, _holds)
    assert (status, report["holds"]) == (1, False)
    assert [line["holds"] for line in report["lines"]] == [False, False, True]
    assert "broke: RuntimeError: boom" in told


def test_a_line_that_cannot_be_measured_does_not_hold(tmp_path: Path) -> None:
    status, report, _ = _prove(tmp_path, _absent)
    assert status == 1
    assert report["lines"][0]["figure"] == "skipped: no data here"
