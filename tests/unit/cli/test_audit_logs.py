"""`verifierd audit logs`, and what every command says of what is damaged or lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.support.entries import begun, execution, judged
from tests.support.filled import write
from tests.unit.cli.conftest import BATCH, Audit
from verifierd.audit.schema import BLOBS, CANDIDATES
from verifierd.cli.audit.texts import zone


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
