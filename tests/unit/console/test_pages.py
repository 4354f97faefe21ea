"""Every page answers with what it is for, says what is wrong with an address, and keeps its policy."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from tests.support.console_entries import HOSTILE, NOW_NS, RIGHT, SECOND, hostile_batch, usual_batch
from tests.support.consoles import CANCELLED, FINISHED, RUNNING, app_of, put
from tests.support.consoles import HOSTILE as HOSTILE_BATCH
from verifierd.audit.entries import BatchAbandoned, BatchEnded
from verifierd.audit.retention import Rules, retain
from verifierd.audit.store import Store
from verifierd.console.security import HEADERS
from verifierd.console.verdicts import LEGEND, look, stopped
from verifierd.model import Verdict

PAGES = {
    "batches": ("/", "3f1c9a02-finished"),
    "one state": ("/?state=running", RUNNING),
    "a problem's batches": ("/?problem=sums/blank-parted-1", "7b7e-older"),
    "a batch": (f"/batches/{FINISHED}", "Treemap of the clusters"),
    "one verdict": (f"/batches/{FINISHED}?verdict=WRONG_ANSWER", "Those that got"),
    "a running batch": (f"/batches/{RUNNING}", 'hx-trigger="every 2s"'),
    "a candidate": (f"/batches/{FINISHED}/candidates/0", "Stages over time"),
    "a test": (f"/batches/{FINISHED}/candidates/0?test=1", "Standard input"),
    "a candidate by its id": (f"/batches/{CANCELLED}/candidates/99", "<h1>Candidate <bdi>99</bdi></h1>"),
    "a problem of one test": ("/problem?id=one/test", "fewer than two that judge"),
    "side by side": (f"/batches/{FINISHED}/compare?left=0&right=1", "What tells them apart"),
    "search": ("/search", "Words find candidates"),
    "found": ("/search?q=total+stdin", "sample-"),
    "found by id": (f"/search?q={FINISHED[:6]}", FINISHED),
    "problems": ("/problems", "sums/blank-parted-2"),
    "a problem": ("/problem?id=sums/blank-parted-2", "3 in 100 wrong programs"),
    "usage": ("/usage", "Wall time of a candidate"),
    "an hour": ("/usage?span=1h", "p99"),
    "the beginning of time": ("/usage?until=0", "Nothing was recorded in this time"),
    "the end of time": ("/usage?until=9000000000&span=30d", "The newest record is of"),
    "workers": ("/workers", "sandbox-3"),
}
WRONG = {
    "/?state=gone": (400, "state"),
    "/?page=abc": (400, "page"),
    "/?problem=%00": (400, "problem"),
    "/?tenant=" + "x" * 401: (400, "401 characters"),
    "/search?q=n*": (400, "stands for too many words"),
    "/usage?span=1y": (400, "span"),
    "/usage?until=-3": (400, "until"),
    "/usage?until=99999999999999999999": (400, "until"),
    "/usage?until=9000000001": (400, "until"),
    "/batches/none": (404, "no batch"),
    f"/batches/{FINISHED}?cluster=zz": (404, "no cluster"),
    f"/batches/{FINISHED}?verdict=FINE": (400, "verdict"),
    f"/batches/{FINISHED}/candidates/5000": (404, "candidate 5000"),
    f"/batches/{FINISHED}/candidates/1x": (404, "candidate 1x"),
    f"/batches/{FINISHED}/candidates/0?test=77": (404, "test 77"),
    f"/batches/{FINISHED}/compare?left=0&right=nobody": (404, "candidate nobody"),
    f"/batches/{FINISHED}/compare?left=0&beside=nobody": (404, "candidate nobody"),
    f"/batches/{FINISHED}/compare?left=0": (400, "right"),
    f"/batches/{FINISHED}/compare?left=0&right=cluster-x": (404, "no cluster"),
    "/problem?id=none": (404, "no batch"),
    "/nowhere": (404, "/nowhere"),
    "/static/../app.py": (404, "no page"),
    "/static/none.css": (404, "no page"),
}


class Outline(HTMLParser):
    """Ids, links and elements without a style or a handler of their own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_what_it_is_for(client: TestClient, name: str) -> None:
    path, shown = PAGES[name]
    answer = client.get(path)
    assert answer.status_code == 200
    assert shown in answer.text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_made_in_a_fraction_of_what_it_may_take(client: TestClient, name: str) -> None:
    client.get(PAGES[name][0])  # templates are compiled at their first use
    began = time.process_time()
    client.get(PAGES[name][0])
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_address_is_told_what_is_wrong_with_it(client: TestClient, path: str) -> None:
    status, words = WRONG[path]
    answer = client.get(path)
    assert answer.status_code == status
    assert words in answer.text


@pytest.mark.parametrize("path", [path for path, _ in PAGES.values()] + list(WRONG))
def test_a_page_brings_neither_script_nor_style_of_its_own(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert answer.headers["Cache-Control"] == "no-store"
    outline = Outline(answer.text)
    assert not {"style", "iframe", "object", "embed", "base"} & set(outline.tags)
    assert not [name for name, _ in outline.attributes if name == "style" or name.startswith("on")]
    assert re.findall(r"<script(?! src=\"/static/[\w.]+\?v=\w+\" defer>)", answer.text) == []
    assert len(outline.ids) == len(set(outline.ids))


def test_every_link_of_the_first_pages_leads_somewhere(client: TestClient) -> None:
    wanted = [path for path, _ in PAGES.values()]
    seen: set[str] = set()
    for _ in range(2):
        found: set[str] = set()
        for path in wanted:
            outline = Outline(client.get(path).text)
            found |= {
                value.partition("#")[0]
                for name, value in outline.attributes
                if name in ("href", "action", "src")
            }
        wanted = sorted(found - seen - {""})[:40]
        for path in wanted:
            assert path.startswith("/"), path
            # A form's address alone asks for too little.
            assert client.get(path).status_code == (400 if path.endswith("/compare") else 200), path
        seen |= set(wanted)


@pytest.mark.parametrize("position", range(len(HOSTILE)))
def test_no_text_of_others_becomes_markup(client: TestClient, position: int) -> None:
    for path in (
        f"/batches/{HOSTILE_BATCH}/candidates/{position}",
        f"/batches/{HOSTILE_BATCH}/candidates/{position}?test=1",
        f"/batches/{HOSTILE_BATCH}/compare?left={position}&right=0",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        outline = Outline(answer.text)
        assert not {"img", "iframe", "math", "object", "style", "textarea"} & set(outline.tags)
        assert not [name for name, _ in outline.attributes if name.startswith("on")]
        assert not [
            value for name, value in outline.attributes if name == "href" and ":" in value.split("?")[0]
        ]
        assert "hacked" not in outline.ids
        assert outline.tags.count("script") == 2


def test_a_source_is_sent_as_a_file_that_nothing_shows(client: TestClient) -> None:
    answer = client.get(f"/batches/{HOSTILE_BATCH}/candidates/0/source")
    assert answer.content == HOSTILE[0].encode()
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(client: TestClient, method: str) -> None:
    answer = client.request(method, "/")
    assert answer.status_code == 405
    assert "nothing can be changed" in answer.text


def test_a_name_that_is_not_the_consoles_is_refused(filled: Store) -> None:
    stranger = TestClient(app_of(filled), base_url="http://attacker.example")
    assert stranger.get("/").status_code == 400


def test_files_may_be_kept_and_pages_may_not(client: TestClient) -> None:
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)
    assert len(links) == 4
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert HEADERS.items() <= dict(answer.headers).items() or all(
            answer.headers[name] == value for name, value in HEADERS.items()
        )


def test_pages_of_a_long_list_hold_every_candidate_once(client: TestClient) -> None:
    path, found = f"/batches/{FINISHED}", []
    while path:
        page = client.get(path).text
        found += re.findall(r'id="candidate-(\d+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&").partition("#")[0] if following else ""
    assert len(found) == len(set(found)) == 100


def test_expected_and_actual_are_compared(client: TestClient) -> None:
    page = client.get(f"/batches/{FINISHED}?verdict=WRONG_ANSWER").text
    first = re.search(r'id="candidate-\d+" href="([^"]+)"', page)
    assert first is not None
    shown = client.get(first[1]).text
    assert "Expected and actual, line by line" in shown
    assert re.search(r'<tr class="left">.*<mark>-3</mark>', shown)
    assert re.search(r'<tr class="right">.*<mark>5</mark>', shown)
    assert RIGHT.splitlines()[0] not in shown  # its quotation marks are escaped


def test_a_batch_that_was_cancelled_says_so_and_of_how_many(client: TestClient) -> None:
    page = client.get(f"/batches/{CANCELLED}").text
    assert "<b>60</b> of 60 candidates judged, <b>31</b> of them cancelled" in page
    assert '<span class="tag early" title="finished">cancelled</span>' in page
    assert '<span class="under">31 cancelled</span>' in client.get("/").text
    assert "of them cancelled" not in client.get(f"/batches/{FINISHED}").text
    assert 'class="tag early"' not in client.get(f"/batches/{FINISHED}").text


@pytest.mark.parametrize("reason", ["accepted_enough", "deadline", "budget"])
def test_a_batch_that_stopped_early_says_why(store: Store, reason: str) -> None:
    *entries, last = usual_batch("stopped", NOW_NS - 60 * SECOND)
    assert isinstance(last, BatchEnded)
    put(store, [*entries, replace(last, event=replace(last.event, stop_reason=reason))])
    for path in ("/", "/batches/stopped"):
        assert f'title="finished">{stopped(reason)}</span>' in TestClient(app_of(store)).get(path).text


def test_a_candidate_that_never_ran_has_no_times(client: TestClient) -> None:
    path = f"/batches/{CANCELLED}"
    assert ">0 s</td>" not in client.get(f"{path}?verdict=CANCELLED").text
    assert "without a run" in client.get(f"{path}/candidates/59").text


def test_a_candidate_is_found_by_its_id_and_has_one_address(client: TestClient) -> None:
    path = f"/batches/{CANCELLED}/candidates"
    for name, place in (("100", 0), ("99", 1), ("007", 7), ("41", 41)):  # a place goes first
        assert client.get(f"{path}/{name}").url.path == f"{path}/{place}"
    assert client.get(f"{path}/99/source").content == b"print(1)"


def test_who_is_named_beside_a_candidate_is_taken_for_an_id_first(client: TestClient) -> None:
    path = f"/batches/{CANCELLED}/compare"
    for name, place in (("99", 1), ("41", 59), ("3", 3)):
        assert str(client.get(f"{path}?left=5&beside={name}").url).endswith(f"{path}?left=5&right={place}")
    assert (
        'name="beside" maxlength="400" required value="94"'
        in client.get(f"/batches/{CANCELLED}/candidates/5").text
    )


def test_what_a_page_offers_to_be_put_beside_its_candidate_is_found(client: TestClient) -> None:
    path = f"/batches/{HOSTILE_BATCH}"
    for position in range(len(HOSTILE)):
        page = client.get(f"{path}/candidates/{position}").text
        offered = re.search(r'name="beside" maxlength="400" required value="([^"]*)"', page)
        assert offered is not None
        asked = {"left": str(position), "beside": unescape(offered[1])}
        assert client.get(f"{path}/compare", params=asked).status_code == 200


def test_the_legend_of_bars_names_every_colour() -> None:
    assert {tone for tone, _ in LEGEND} == {look(verdict).tone for verdict in Verdict}
    assert look(Verdict.RUNTIME_ERROR).tone != look(Verdict.COMPILE_ERROR).tone


def test_redacted_output_says_that_it_is_and_cut_output_that_it_was_cut(client: TestClient) -> None:
    redacted = client.get(f"/batches/{CANCELLED}/candidates/1").text
    assert "redacted; it was 210 B" in redacted
    assert "cut at the output limit" not in redacted
    was_cut = client.get(f"/batches/{CANCELLED}/candidates/0").text
    assert "cut at the output limit; there were 1 MiB" in was_cut


def test_an_abandoned_batch_says_why(store: Store) -> None:
    entries = list(usual_batch("cut-short", 10**18, is_finished=False))
    put(store, [*entries, BatchAbandoned("cut-short", 10**18 + 1, "<the daemon died>")])
    page = TestClient(app_of(store)).get("/batches/cut-short").text
    assert "Abandoned because" in page
    assert "&lt;the daemon died&gt;" in page


def test_a_batch_that_retention_removed_is_said_to_be_gone(store: Store) -> None:
    put(store, usual_batch(FINISHED, NOW_NS - 3600 * SECOND))
    retain(store, Rules(ended_before_ns=NOW_NS, why="<older than a day>"), lambda: NOW_NS)
    answer = TestClient(app_of(store)).get(f"/batches/{FINISHED}/candidates/0")
    assert answer.status_code == 404
    assert "was removed on 2026-09-21 14:13:20 UTC: &lt;older than a day&gt;" in answer.text


def test_an_empty_store_says_that_it_is(store: Store) -> None:
    client = TestClient(app_of(store))
    for path in ("/", "/problems", "/usage", "/workers", "/search?q=word"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert 'class="empty"' in answer.text


def test_every_page_is_the_same_on_both_databases(store: Store) -> None:
    put(store, usual_batch(FINISHED, NOW_NS - 1800 * SECOND, seed=8))
    client = TestClient(app_of(store))
    for path, shown in PAGES.values():
        if FINISHED in path + shown or path.startswith(("/usage", "/workers", "/problems")):
            answer = client.get(path)
            assert answer.status_code == 200
            assert shown in answer.text


def test_a_hostile_batch_is_listed_and_shown_whole(store: Store) -> None:
    put(store, hostile_batch(HOSTILE_BATCH, 10**18))
    client = TestClient(app_of(store))
    for path in ("/", f"/batches/{HOSTILE_BATCH}", "/problems", "/workers", "/search?q=hacked"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert HOSTILE[0] not in answer.text
