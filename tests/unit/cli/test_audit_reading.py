"""`verifierd audit list, show, logs, tail, search, diff, export`: records, for people and for programs."""

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
from tests.unit.cli.conftest import Command, Ended
from verifier.v1 import problem_pb2
from verifierd.audit.removing import remove_batches
from verifierd.audit.schema import BLOBS, CANDIDATES, RECORDS
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.cli.audit.texts import zone
from verifierd.model import Verdict

BATCH = "3f2a91c0" * 4
STEERING = b"\x1b]0;owned\x07\xe2\x80\xae\r\x9b"
PROBLEM = problem_pb2.Problem(
    id="sum",
    tests=[
        problem_pb2.TestCase(
            id=f"t{number}",
            stdio=problem_pb2.StdioTest(stdin=b"the input", expected_stdout=b"the secret answer"),
        )
        for number in range(2)
    ],
)


class Audit:
    """The commands over one store."""

    def __init__(self, command: Command, database: Path) -> None:
        self._command = command
        self.database = database

    def __call__(self, name: str, *arguments: str | Path) -> Ended:
        return self._command("audit", name, *arguments, "--database", self.database)

    def opened(self) -> Store:
        return open_store(StoreSettings(str(self.database)))


@pytest.fixture
def audit(command: Command, tmp_path: Path) -> Audit:
    """A store with two batches: one ended with two candidates, one that runs without any."""
    audit = Audit(command, tmp_path / "audit.db")
    store = audit.opened()
    wrong = (
        execution("t0", Verdict.WRONG_ANSWER, stdout=STEERING, behaviour="aa" * 32),
        execution("t1", Verdict.ACCEPTED),
    )
    write(
        store,
        begun(BATCH, problem_id="sum", problem=PROBLEM.SerializeToString(), candidates_total=2),
        judged(0, BATCH, source="def solve():\n    return needle\n"),
        judged(1, BATCH, verdict=Verdict.WRONG_ANSWER, executions=wrong, source="print('\x1b[31m')\n"),
        ended(BATCH),
        replace(begun("b2", problem_id="other", labels={}), submitted_at_ns=BEGAN_NS + 1),
    )
    store.close()
    return audit


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
    assert ("cluster" in unrated, "right" in unrated) == (True, False)


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


def test_logs_are_what_the_programs_wrote(audit: Audit) -> None:
    told = audit("logs", "3f2a")
    assert told.code == 0
    assert "answer of t0" in told.out
    assert "\\x1b]0;owned" in told.out
    rows = audit("logs", "3f2a", "c1", "--json").json_lines
    assert [(row["test_id"], row["verdict"]) for row in rows] == [("t0", "WRONG_ANSWER"), ("t1", "ACCEPTED")]
    assert rows[0]["stdout"] == {"$bytes": "G10wO293bmVkB+KArg2b"}
    assert "answer of t1" in audit("logs", "3f2a", "c0", "--test", "t1").out
    assert audit("logs", "b2").code == 1


def test_logs_on_a_test_that_nothing_was_run_on_are_refused(audit: Audit) -> None:
    for arguments in (("logs", "3f2a"), ("logs", "3f2a", "c0")):
        refused = audit(*arguments, "--test", "nope")
        assert (refused.code, refused.out) == (2, "")
        assert "no candidate of these was run on a test 'nope'" in refused.err


def test_a_tail_names_the_batch_and_the_zone_of_its_times(audit: Audit) -> None:
    (line,) = audit("tail", "--no-follow", "-n", "1").out.splitlines()
    assert f"{zone()} 3.1 {BATCH[:12]} sum c1 t1: accepted" in line


def test_logs_tell_redacted_from_cut(audit: Audit) -> None:
    store = audit.opened()
    kept = judged(0, "b2", executions=(execution(stdout=b"a key: [redacted]", stdout_total_bytes=210),))
    write(store, replace(kept, redactions=1), judged(1, "b2", executions=kept.result.executions))
    store.close()
    assert "standard output, redacted; it was 210 bytes" in audit("logs", "b2", "c0").out
    assert "standard output, the first 17 of 210 bytes" in audit("logs", "b2", "c1").out


def test_logs_of_programs_that_wrote_nothing_say_so_by_their_exit_status(audit: Audit) -> None:
    store = audit.opened()
    write(store, begun("b3"), judged(0, "b3", executions=(execution(stdout=b"", stdout_total_bytes=0),)))
    store.close()
    assert audit("logs", "b3").code == 1
    told = audit("logs", "b3", "--json")
    assert (told.code, [row["stdout"] for row in told.json_lines]) == (1, [""])


def test_lost_outputs_are_told_and_the_others_are_printed(audit: Audit) -> None:
    store = audit.opened()
    with store.writing() as connection:
        lost = connection.scalar(sa.select(CANDIDATES.c.outputs_blob).where(CANDIDATES.c.sequence == 3))
        connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256 == lost))
    store.close()
    told = audit("logs", "3f2a")
    assert told.code == 3
    assert lost is not None
    assert lost in told.out.replace("\n", "")
    assert "answer of t0" in told.out
    assert audit("show", "3").code == 0


@pytest.mark.parametrize(
    "body",
    [
        "x'6a756e6b'",
        "'junk'",
        "substr(body, 1, length(body) - 1) || x'00'",  # a text that is no UTF-8
        "cast(x'1b5d303b6f776e65640728b52ffd80' as text)",
        "4294967296",
        "0.5",
    ],
)
def test_a_damaged_record_is_named_and_others_are_shown(audit: Audit, body: str) -> None:
    store = audit.opened()
    with store.writing() as connection:
        connection.execute(sa.text(f"UPDATE records SET body = {body} WHERE sequence = 3"))  # noqa: S608
    store.close()
    for arguments in (("show", "3"), ("diff", "2", "3")):
        refused = audit(*arguments)
        assert (refused.code, "record 3 of the audit store is damaged" in refused.err) == (3, True)
        assert refused.err.rstrip("\n").isprintable()
    assert "record 3" in audit("show", "3.0").out
    told = audit("logs", "3f2a")
    assert (told.code, "record 3" in told.out, "answer of t1" in told.out) == (3, True, True)
    assert audit("show", "2").code == 0
    rows = audit("export", "--out", audit.database.parent / "all.jsonl", "--json").json_lines
    assert rows == [
        {"out": str(audit.database.parent / "all.jsonl"), "format": "jsonl", "executions": 4, "lost": 2}
    ]


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
