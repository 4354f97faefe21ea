"""`verifierd audit list`: batches, candidates and executions, whole in any terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.entries import begun, ended, execution, judged
from tests.support.filled import write
from tests.unit.cli.conftest import BATCH, Audit
from verifierd.model import Verdict


def test_a_list_has_batches_the_newest_first(audit: Audit) -> None:
    rows = audit("list", "--json").json_lines
    assert [(row["id"], row["state"]) for row in rows] == [("b2", "running"), (BATCH, "finished")]
    assert rows[1]["verdict_counts"] == {"ACCEPTED": 1, "WRONG_ANSWER": 1}
    assert rows[1]["submitted_at"] == "2027-01-15T08:00:00.000000000Z"
    told = audit("list").out
    assert BATCH[:12] in told
    assert "1 AC, 1 WA" in told


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--problem", "sum"), [BATCH]),
        (("--state", "running"), ["b2"]),
        (("--label", "run=7"), [BATCH]),
        (("--limit", "1"), ["b2"]),
        (("--since", "2027-01-16"), []),
        (("--until", "2027-01-16"), ["b2", BATCH]),
        (("--tenant", "nobody"), []),
    ],
)
def test_batches_are_listed_by_what_is_asked_for(
    audit: Audit, options: tuple[str, ...], names: list[str]
) -> None:
    listed = audit("list", *options, "--json")
    assert [row["id"] for row in listed.json_lines] == names
    assert listed.code == (0 if names else 1)


@pytest.mark.parametrize("columns", ["", "80", "100"])
def test_ids_are_whole_in_lists_of_any_width(
    audit: Audit, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    store = audit.opened()
    problem, sandbox = "a problem of some length", "16776-2642834/sandbox-2"
    counts = {verdict: execution("t0", verdict, sandbox_id=sandbox) for verdict in list(Verdict)[:8]}
    judgements = [
        judged(place, "b3" * 16, verdict=verdict, executions=(each,))
        for place, (verdict, each) in enumerate(counts.items())
    ]
    write(store, begun("b3" * 16, problem_id=problem), *judgements, ended("b3" * 16))
    store.close()
    assert audit("hold", "b3b3", "--reason", "case 7").code == 0
    told = audit("list").out
    assert "b3" * 6 in told
    assert BATCH[:12] in told
    told = audit("list", "b3b3", "--executions").out
    assert ("no room for memory" in told, sandbox in told) == (True, columns != "80")
    assert audit("list", "b3b3").out.count("b3" * 6) == len(counts)
    assert all(len(line) <= int(columns or 100) for line in told.splitlines())


def test_what_was_cancelled_is_not_told_as_judged_nor_as_run(audit: Audit) -> None:
    store = audit.opened()
    never_ran = judged(1, "b3", verdict=Verdict.CANCELLED, executions=())
    never_ran = replace(never_ran, result=replace(never_ran.result, peak_memory_bytes=0))
    end = ended("b3")
    counts = {Verdict.ACCEPTED: 1, Verdict.CANCELLED: 1}
    end = replace(end, event=replace(end.event, stop_reason="cancelled", verdict_counts=counts))
    write(store, begun("b3", problem_id="third"), judged(0, "b3"), never_ran, end)
    store.close()
    (line,) = [line for line in audit("list").out.splitlines() if "third" in line]
    assert ("cancelled" in line, "finished" in line, "1 of 2" in line) == (True, False, True)
    assert "1 of 2 judged, 1 cancelled" in audit("show", "b3").out
    (line,) = [line for line in audit("list", "b3").out.splitlines() if " c1 " in line]
    assert line.split() == ["8", "b3", "c1", "python", "cancelled", "0/0"]


def test_a_list_of_a_batch_has_its_candidates_by_the_beginning_of_its_id(audit: Audit) -> None:
    rows = audit("list", "3f2a", "--json").json_lines
    assert [(row["record"], row["candidate_id"], row["verdict"]) for row in rows] == [
        (2, "c0", "ACCEPTED"),
        (3, "c1", "WRONG_ANSWER"),
    ]
    assert [row["record"] for row in audit("list", "3f2a", "--verdict", "wa", "--json").json_lines] == [3]
    assert "wrong answer" in audit("list", "3f2a").out


def test_a_list_of_executions_takes_every_filter(audit: Audit) -> None:
    rows = audit("list", "--executions", "--json").json_lines
    assert [row["id"] for row in rows] == ["3.1", "3.0", "2.1", "2.0"]
    assert rows[0]["cpu_time_s"] == pytest.approx(0.012345678)
    options = ("--test", "t0", "--verdict", "WRONG_ANSWER", "--sandbox", "sandbox-3", "--worker", "worker-1")
    found = audit("list", BATCH, "--executions", *options, "--language", "python", "--json").json_lines
    assert [row["id"] for row in found] == ["3.0"]
    assert audit("list", "--executions", "--candidate", "c9").code == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--verdict", "WA"), "--executions"),
        (("--sandbox", "s"), "--executions"),
        (("3f2a", "--state", "running"), "--state"),
        (("--executions", "--label", "a=b"), "--label"),
        (("--executions", "--verdict", "RIGHT"), "ACCEPTED"),
        (("--state", "odd"), "queued"),
        (("--label", "run"), "NAME=VALUE"),
        (("--since", "yesterday"), "2d"),
        (("--limit", "0"), "1"),
    ],
)
def test_an_option_that_cannot_be_is_refused_with_what_can(
    audit: Audit, options: tuple[str, ...], words: str
) -> None:
    refused = audit("list", *options)
    assert refused.code == 2
    assert words in " ".join(refused.err.split())
