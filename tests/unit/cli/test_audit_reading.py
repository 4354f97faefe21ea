"""`verifierd audit show, tail, search, diff, export`: records, for people and for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.entries import BEGAN_NS, begun, ended, execution, judged
from tests.support.filled import write
from tests.unit.cli.conftest import BATCH, Audit, Command
from verifierd.audit.entries import CandidateJudged
from verifierd.audit.removing import remove_batches
from verifierd.audit.schema import RECORDS
from verifierd.model import KilledBy, ProbeResult, Verdict


def test_a_batch_is_shown_with_who_asked_and_how_it_ended(audit: Audit) -> None:
    shown = audit("show", "3f2a").out
    for words in (
        "ipv4:127.0.0.1:4000",
        "finished",
        "c0 by plurality",
        "0123456789abcdef",
        "run=7",
        "256 MiB",
    ):
        assert words in shown
    (form,) = audit("show", BATCH, "--json").json_lines
    assert form["summary"]["picks"][0]["candidate_id"] == "c0"
    assert audit("show", "b2", "--json").json_lines[0]["summary"] is None


def test_clusters_have_chances_where_there_are_any(audit: Audit) -> None:
    store = audit.opened()
    end = ended("b2")
    clusters = tuple(replace(each, probability=None) for each in end.event.clusters)
    write(store, replace(end, event=replace(end.event, clusters=clusters)))
    store.close()
    assert "probably right" in audit("show", BATCH).out
    unrated = audit("show", "b2").out
    assert ("cluster" in unrated, "probably right" in unrated) == (True, False)


def test_a_candidate_is_shown_with_its_program_and_executions(audit: Audit) -> None:
    for name in ("2", f"{BATCH}/c0", "3f2a/c0"):
        shown = audit("show", name).out
        assert "return needle" in shown
        assert "2.1" in shown
    (form,) = audit("show", "2", "--json").json_lines
    assert form["source"] == "def solve():\n    return needle\n"
    assert form["executions"][1]["stdout"] == "answer of t1\n"
    assert form["lost"] == []


def test_an_execution_is_shown_with_limits_outputs_and_hashes(audit: Audit) -> None:
    (form,) = audit("show", "3.0", "--json").json_lines
    store = audit.opened()
    with store.reading() as connection:
        stored = connection.scalar(sa.select(RECORDS.c.hash).where(RECORDS.c.sequence == 3))
    store.close()
    assert stored is not None
    assert form["hash"] == stored.hex()
    assert (form["verdict"], form["limits"]["memory_bytes"]) == ("WRONG_ANSWER", 256 << 20)
    shown = audit("show", "3.0").out
    assert stored.hex() in shown.replace("\n", "").replace(" ", "")
    assert "line 1: expected 5, printed 6" in shown


@pytest.mark.parametrize(
    "name", ["nothing", "99", "99.0", "2.9", "3f2a/c9", "b2/c0", "x/y", "", "1", "\x1b[31m", "0"]
)
def test_a_name_of_nothing_is_refused_with_where_to_look(audit: Audit, name: str) -> None:
    refused = audit("show", name)
    assert refused.code == 2
    assert "verifierd audit list" in refused.err
    assert "\x1b" not in refused.err


def test_a_batch_that_retention_removed_is_said_to_be_gone_and_why(audit: Audit) -> None:
    store = audit.opened()
    remove_batches(store, [BATCH], "older than 30 days", BEGAN_NS + 10**9)
    store.close()
    for arguments in (("show", BATCH), ("logs", "3f2a"), ("list", "3f2a"), ("diff", "3f2a/c0", "3f2a/c1")):
        refused = audit(*arguments)
        assert refused.code == 2
        assert "retention removed it at 2027-01-15T08:00:01+00:00, older than 30 days" in refused.err


def test_the_beginning_of_several_ids_names_them(audit: Audit) -> None:
    store = audit.opened()
    write(store, begun("3f2b"))
    store.close()
    refused = audit("show", "3f2")
    assert refused.code == 2
    assert BATCH in refused.err
    assert "3f2b" in refused.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "3.0"),
        ("show", "3"),
        ("logs", "3f2a"),
        ("diff", "2", "3"),
        ("list", "3f2a"),
        ("tail", "--no-follow"),
    ],
)
def test_nothing_that_a_program_wrote_steers_the_terminal(audit: Audit, arguments: tuple[str, ...]) -> None:
    told = audit(*arguments)
    assert told.out
    assert not set("\x1b\x07\r\x9b\u202e") & set(told.out)


def test_a_tail_ends_with_the_newest(audit: Audit) -> None:
    rows = audit("tail", "--no-follow", "-n", "3", "--json").json_lines
    assert [row["id"] for row in rows] == ["2.1", "3.0", "3.1"]
    assert audit("tail", "--no-follow", "--problem", "other").out == ""


def test_a_search_finds_words_of_programs_details_and_outputs(audit: Audit) -> None:
    assert [row["candidate_id"] for row in audit("search", "Needle", "--json").json_lines] == ["c0"]
    assert [row["candidate_id"] for row in audit("search", "need*", "solve", "--json").json_lines] == ["c0"]
    assert [row["record"] for row in audit("search", "printed 6", "--json").json_lines] == [3]
    assert audit("search", "needle", "--problem", "other").code == 1
    refused = audit("search", "needle", "n*")
    assert (refused.code, "'n*' stands for too many words" in refused.err) == (2, True)
    assert audit("export", "--out", audit.database.parent / "no.jsonl", "--words", "n*").code == 2
    assert "c0" in audit("search", "needle", "--batch", "3f2a").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("*", "'*' has no word in it; allowed: words of letters, digits and _"),
        ("!!", "'!!' has no word in it"),
        ("", "'' has no word in it"),
        ("n*", "'n*' stands for too many words"),
    ],
)
def test_words_that_cannot_be_searched_for_are_refused_by_search_and_export_alike(
    audit: Audit, words: str, said: str
) -> None:
    out = audit.database.parent / "no.jsonl"
    for refused in (audit("search", words), audit("export", "--out", out, "--words", words)):
        assert (refused.code, refused.out, refused.err.startswith(f"error: {said}")) == (2, "", True)
    assert not out.exists()


def test_a_comparison_shows_programs_and_the_input_that_tells_them_apart_and_no_answer(audit: Audit) -> None:
    told = audit("diff", "2", "3f2a/c1")
    assert told.code == 1
    assert "-    return needle" in told.out
    assert "told apart by 1 test" in told.out
    assert "the input" in told.out
    assert "the secret answer" not in told.out
    (form,) = audit("diff", "2", "3", "--json").json_lines
    assert [each["test_id"] for each in form["tests"]] == ["t0"]
    assert "the secret answer" not in json.dumps(form)
    same = audit("diff", "2", "2")
    assert (same.code, "the programs are the same" in same.out) == (0, True)
    assert audit("diff", "2", "99").code == 2


def test_a_comparison_shows_what_each_answered_to_a_probe_input_that_tells_them_apart(audit: Audit) -> None:
    def answering(position: int, answer: str) -> CandidateJudged:
        entry = judged(position, "probed", source="print(1)\n")
        probe = ProbeResult("p0", KilledBy.NOBODY, False, answer, 1, 1, 1, answer=answer)
        return replace(entry, result=replace(entry.result, probes=(probe,)))

    store = audit.opened()
    write(store, begun("probed"), answering(0, "True"), answering(1, "\x1b[31mFalse"))
    store.close()
    told = audit("diff", "probed/c0", "probed/c1")
    assert told.code == 1
    for line in ("told apart by 1 probe input", "probe p0", "A: True", r"B: \x1b[31mFalse"):
        assert line in told.out, told.out
    (form,) = audit("diff", "probed/c0", "probed/c1", "--json").json_lines
    assert [(each["probe_id"], each["first"]["answer"]) for each in form["probes"]] == [("p0", "True")]


def test_an_export_is_a_file_of_what_matches(audit: Audit, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    assert audit("export", "--out", out, "--verdict", "WA", "--with-outputs").code == 0
    (row,) = map(json.loads, out.read_text().splitlines())
    assert (row["id"], row["source"]) == ("3.0", "print('\x1b[31m')\n")
    assert audit("export", "--out", out, "--since", "1s").code in {0, 1}
    assert audit("export", "--out", tmp_path / "no" / "where.jsonl").code == 2
    assert audit("export", "--out", out, "--format", "csv").code == 2
    assert audit("export", "--out", "-", "--json").code == 2


def test_an_export_to_standard_output_goes_into_what_it_is(audit: Audit, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("said before\n")
    arguments = ("audit", "export", "--out", "-", "--verdict", "WA", "--database", audit.database)
    with out.open("a") as stdout:
        file = os.fstat(stdout.fileno())
        run = subprocess.run(
            [sys.executable, "-m", "verifierd", *arguments], stdout=stdout, timeout=60, check=False
        )
    assert run.returncode == 0
    said, row = out.read_text().splitlines()
    assert (said, json.loads(row)["id"]) == ("said before", "3.0")
    assert os.path.samestat(out.stat(), file), "it is no new file in the place of the one that was open"


def test_an_export_as_parquet_has_typed_columns(audit: Audit, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "rows.parquet"
    assert audit("export", "--out", out, "--format", "parquet").code == 0
    table = parquet.read_table(out)
    assert table.column("id").to_pylist() == ["2.0", "2.1", "3.0", "3.1"]
    assert str(table.schema.field("cpu_time_ns").type) == "int64"


def test_what_cannot_be_run_again_says_why(audit: Audit) -> None:
    store = audit.opened()
    skipped = (execution("t0", Verdict.SKIPPED),)
    write(store, begun("b3", problem=b""), judged(0, "b3"), judged(2, BATCH, executions=skipped))
    store.close()
    for name, words in (("3f2a", "is a batch"), ("7", "problem"), ("8.0", "never run"), ("99", "99")):
        refused = audit("replay", name)
        assert (refused.code, words in refused.err) == (2, True), (name, refused.err)


def test_a_store_that_is_not_there_is_said(command: Command, tmp_path: Path) -> None:
    ended_ = command("audit", "list", "--database", tmp_path / "none.db")
    assert ended_.code == 3
    assert "none.db" in ended_.err
    ended_ = command("audit", "list")
    assert ended_.code == 2
    assert "audit.database" in ended_.err
