"""The page holds every part, needs nothing else, and takes nothing of the results for its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jinja2", reason="the extra `report` is not installed")
pytest.importorskip("matplotlib", reason="the extra `report` is not installed")

from tests.unit.report.results import PRICES, RIGHT, WRONG, a_set, expect_no_more, sample
from verifierd.cli.output import money_text, seconds_text
from verifierd.datasets.results import SampleResult
from verifierd.report import page as page_module
from verifierd.report.figures import report_figures
from verifierd.report.page import html_page
from verifierd.report.plots.rows import MOST_ROWS
from verifierd_client import Verdict

PARTS = ("overview", "coverage", "cost", "clusters", "suites", "calibration", "tasks")
EVIL = """<script>alert(1)</script>"'&amp;</title></svg><img src=x onerror=y>$\\frac$"""
WORDS = {"money": money_text, "seconds": seconds_text}


class Read(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in {"br", "meta"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(results: list[SampleResult], name: str = "results.jsonl") -> str:
    return html_page(report_figures(results, PRICES), name, WORDS)


@pytest.fixture(autouse=True, scope="module")
def no_fits() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        expect_no_more(monkeypatch)
        yield


@pytest.fixture(scope="module")
def page(no_fits: None) -> str:
    return page_of(a_set())


def test_every_part_is_there_and_every_element_is_closed(page: str) -> None:
    read = Read(page)
    assert [each for each in read.ids if each in PARTS] == list(PARTS)
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))


def test_every_plot_has_a_name_a_description_and_a_caption(page: str) -> None:
    read = Read(page)
    assert read.tags.count("svg") == read.tags.count("figure") == read.tags.count("figcaption") == 8
    labels = [value.split() for name, value in read.attributes if name == "aria-labelledby"]
    assert len(labels) == 8
    assert {each for pair in labels for each in pair} <= set(read.ids)


def test_what_a_plot_uses_is_in_that_plot(page: str) -> None:
    for drawn in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        used = re.findall(r"url\(#([^)]*)\)", drawn) + re.findall(r'href="#([^"]*)"', drawn)
        assert used
        assert set(used) <= set(re.findall(r'\bid="([^"]*)"', drawn))


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    read = Read(page)
    assert "://" not in page
    assert not {"script", "link", "iframe", "img", "image", "object", "embed"} & set(read.tags)
    links = [value for name, value in read.attributes if name in {"href", "xlink:href", "src"}]
    assert all(value.startswith("#") for value in links)
    assert "@import" not in page
    assert set(re.findall(r"url\((.)", page)) == {"#"}


def test_plots_take_their_colours_and_letters_from_the_page(page: str) -> None:
    for drawn in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert re.findall(r"#[0-9a-f]{6}\b(?=[;\"])", drawn) == []
        assert "DejaVu" not in drawn
    used = set(re.findall(r"var\((--[a-z]+)\)", page))
    assert used == set(re.findall(r"(--[a-z]+):", page))


def test_nothing_of_the_results_is_taken_for_the_page(page: str) -> None:
    evil = a_set(EVIL + "{}")
    changed: dict[str, Any] = {"detail": EVIL, "failed_test": EVIL, "cluster": EVIL, "failed_tests": (EVIL,)}
    evil[-1] = sample(5, WRONG, EVIL + "3", **changed)
    told = page_of(evil, EVIL)
    read = Read(told)
    assert set(read.tags) == set(Read(page).tags)
    assert read.tags.count("svg") == 8
    assert read.text.count(EVIL) > 10
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    for drawn in re.findall(r"<svg.*?</svg>", told, re.DOTALL):
        assert "alert" not in drawn


def test_text_that_turns_the_direction_of_letters_stays_among_itself() -> None:
    turned = "\u202etxt"
    results = [sample(0, WRONG, turned, detail=turned, failed_test=turned, failed_tests=(turned,))]
    page = page_of(results, turned)
    body = page[page.index("<body>") :]
    assert body.count(turned) == body.count(f"<bdi>{turned}</bdi>") == 7


def test_text_that_no_utf_8_can_hold_does_not_break_the_page() -> None:
    assert "\\ud800" in page_of([sample(0, WRONG, detail="\ud800\x00\x1b[31m")]).encode().decode()


def test_what_is_missing_is_said_in_place_of_the_plot() -> None:
    page = page_of([sample(0), sample(1, WRONG)])
    for field in ("--all-tests", "<code>generation_usd</code>", "`cluster`", "`probability`"):
        assert field in page
    assert Read(page).tags.count("svg") == 3


@pytest.mark.parametrize(
    "results",
    [
        [sample(0, Verdict.SKIPPED)],
        [sample(0, cpu_time_s=0.0)],
        [sample(0)],
        [sample(n, RIGHT, f"T/{n}", failed_tests=(), cluster="a", probability=1.0) for n in range(3)],
        [sample(n, WRONG, f"T/{n}", failed_tests=("a",), cluster="a", probability=0.0) for n in range(300)],
        [sample(0), *(sample(0, WRONG, f"T/{n}") for n in range(1, 4))],
    ],
    ids=["nobody judged", "no CPU", "one sample", "all right", "all wrong", "maybe never resolved"],
)
def test_results_of_every_kind_have_a_page(results: list[SampleResult]) -> None:
    read = Read(page_of(results))
    assert read.open == []
    assert not re.search(r"\b(nan|inf)\b|None|Undefined", read.text)


def test_a_plot_with_a_row_a_task_says_that_it_shows_some_of_very_many() -> None:
    many = [sample(0, RIGHT if n % 2 else WRONG, f"T/{n}", cluster="a") for n in range(MOST_ROWS + 1)]
    told = f"Of {MOST_ROWS + 1} tasks {MOST_ROWS} are shown"
    assert told in Read(page_of(many)).text
    assert told not in Read(page_of(many[:-1])).text


def test_the_same_results_are_the_same_page(page: str) -> None:
    assert page_of(a_set()) == page


def test_the_template_is_where_the_page_looks_for_it() -> None:
    assert page_module.TEMPLATE.parent == Path(page_module.__file__).parent
    assert page_module.TEMPLATE.is_file()
