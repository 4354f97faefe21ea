"""`verifierd report` tells what results say, writes a whole page or none, and names what is wrong."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Command
from tests.unit.report.results import a_set, expect_no_more
from verifierd.cli.report_views import interval_line
from verifierd.model import Estimate


@pytest.fixture(autouse=True)
def no_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    expect_no_more(monkeypatch)


def lines() -> list[dict[str, Any]]:
    return [asdict(each) | {"verdict": each.verdict.value} for each in a_set()]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    file = tmp_path / "results.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines()))
    return file


def test_a_person_is_told_in_short(command: Command, results: Path) -> None:
    ended = command("report", results)
    assert (ended.code, ended.err) == (0, "")
    for told in ("24 of 4 tasks", "6 accepted, 18 wrong answer", "pass@1", "T/0", "a resolved query: $"):
        assert told in ended.out
    assert "\x1b" not in ended.out


def test_json_has_the_numbers_behind_the_plots(command: Command, results: Path) -> None:
    (report,) = command("report", results, "--json").json_lines
    assert (report["samples"], report["right"], report["html"]) == (24, 6, None)
    assert report["coverage"]["measured"][0]["coverage"]["value"] == pytest.approx(0.25)


def test_the_page_takes_the_place_of_an_earlier_one(command: Command, results: Path, tmp_path: Path) -> None:
    pytest.importorskip("jinja2", reason="the extra `report` is not installed")
    page = tmp_path / "page.html"
    page.write_text("earlier")
    ended = command("report", results, "--html", page)
    assert ended.code == 0
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["page.html", "results.jsonl"]


def test_the_price_table_is_that_of_the_settings(
    command: Command, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = "usd_per_vcpu_second = 10.0\nusd_per_gib_second = 0.0\n"
    config = tmp_path / "settings.toml"
    config.write_text(f"[prices]\n{prices}")
    (report,) = command("report", results, "--json", "--config", config).json_lines
    costs = report["costs"]
    assert costs["verification_usd"] == pytest.approx(10 * costs["cpu_time_s"])
    monkeypatch.setenv("VERIFIERD_PRICES__USD_PER_VCPU_SECOND", "-1")
    assert command("report", results).code == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", ""),
        ("{}\n", ":1"),
        (json.dumps(lines()[0]) + "\nno JSON\n", ":2"),
        (json.dumps(lines()[0] | {"cpu_time_s": float("nan")}) + "\n", ":1"),
        (json.dumps(lines()[0]) + "\n" + json.dumps(lines()[0]) + "\n", ":2"),
    ],
    ids=["empty", "no fields", "no JSON", "not a number", "twice"],
)
def test_bad_results_end_with_2_name_the_line_and_leave_no_page(
    command: Command, tmp_path: Path, text: str, place: str
) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(text)
    ended = command("report", file, "--html", tmp_path / "page.html")
    assert ended.code == 2
    assert ended.err.startswith(f"error: {file}{place}")
    assert list(tmp_path.iterdir()) == [file]


def test_a_missing_file_is_named(command: Command, tmp_path: Path) -> None:
    ended = command("report", tmp_path / "none.jsonl")
    assert (ended.code, "none.jsonl: cannot be read" in ended.err) == (2, True)


def test_results_are_not_written_over(command: Command, results: Path, tmp_path: Path) -> None:
    before = results.read_text()
    link = tmp_path / "link.html"
    link.symlink_to(results)
    for page in (results, link):
        ended = command("report", results, "--html", page)
        assert ended.code == 2
        assert "it is also an input" in ended.err
    assert results.read_text() == before


def test_a_page_that_cannot_be_written_is_refused_before_any_work(
    command: Command, tmp_path: Path, results: Path
) -> None:
    results.write_text("no JSON\n")
    ended = command("report", results, "--html", tmp_path / "nowhere" / "page.html")
    assert ended.code == 2
    assert "no such folder" in ended.err


@pytest.mark.parametrize("missing", ["jinja2", "matplotlib"])
def test_without_the_extra_it_is_named_and_the_terminal_works_on(
    command: Command, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in [name for name in sys.modules if name.startswith(("verifierd.report.p", f"{missing}."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    page = tmp_path / "page.html"
    ended = command("report", results, "--html", page)
    assert ended.code == 2
    assert f"{page}: a page needs {missing}: pip install 'verifierd[report]'" in ended.err
    assert command("report", results).code == 0


def test_an_interval_stands_where_its_numbers_are() -> None:
    assert interval_line(Estimate(0.5, 0.25, 1.0), 9) == "  (-o---)"
    assert interval_line(Estimate(0.0, 0.0, 0.0), 5) == "o    "
    assert interval_line(Estimate(1.0, 0.5, 1.0), 5) == "  (-o"
