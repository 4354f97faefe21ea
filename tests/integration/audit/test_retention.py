"""What retention removes is recorded, what is held or unfinished stays, and the rest still verifies."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.blob_places import IN_FOLDER_AND_S3
from tests.support.entries import BEGAN_NS, begun, ended, execution, judged
from tests.support.filled import fill, write
from verifierd.audit import search_index
from verifierd.audit.bodies import entry_of
from verifierd.audit.chain import record_hash
from verifierd.audit.entries import BatchAbandoned, Entry, RecordsRemoved
from verifierd.audit.errors import UnknownBatch
from verifierd.audit.holding import change_hold
from verifierd.audit.packing import unpack
from verifierd.audit.removing import remove_batches, sweep, unnamed_swept
from verifierd.audit.retention import DAY_NS, Rules, plan, retain, steps
from verifierd.audit.schema import BATCHES, BLOBS, CANDIDATES, EXECUTIONS, RECORDS
from verifierd.audit.sizes import Amount
from verifierd.audit.store import Store, StoreSettings
from verifierd.audit.verifying import verify_records

REPOSITORY = Path(__file__).resolve().parents[3]
NOW_NS = BEGAN_NS + 100 * DAY_NS
EVERYTHING = Rules(ended_before_ns=NOW_NS, why="a test")


def now() -> int:
    return NOW_NS


def batch(name: str, candidates: int = 2, *, ended_after_days: int = 0, source: str = "") -> list[Entry]:
    """Return a whole batch; each of its programs is its own, or the given one."""
    end = ended(name, candidates)
    at_ns = BEGAN_NS + ended_after_days * DAY_NS
    programs = [source or f"# {name} {position}\n" for position in range(candidates)]
    return [
        begun(name),
        *(judged(position, name, source=program) for position, program in enumerate(programs)),
        replace(end, event=replace(end.event, ended_at_ns=at_ns)),
    ]


def in_turns(*batches: list[Entry]) -> list[Entry]:
    """Return the entries of batches that ran side by side."""
    return [each[place] for place in range(max(map(len, batches))) for each in batches if place < len(each)]


def ids(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.scalars(sa.select(BATCHES.c.id).order_by(BATCHES.c.id)))


def count(store: Store, table: sa.Table) -> int:
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def removals(store: Store) -> list[RecordsRemoved]:
    with store.reading() as connection:
        chosen = sa.select(RECORDS).where(RECORDS.c.kind == "records_removed").order_by(RECORDS.c.sequence)
        entries = [
            entry_of(row.kind, unpack(row.body, 1 << 20), lambda part, name: None)
            for row in connection.execute(chosen)
        ]
    return [entry for entry in entries if isinstance(entry, RecordsRemoved)]


def assert_holds(store: Store, *, records_removed: int) -> None:
    report = verify_records(store)
    assert report.faults == ()
    assert report.records_removed == records_removed


def test_batches_go_by_age_whole_and_the_rest_verifies(store: Store) -> None:
    for number in range(5):
        write(store, *batch(f"b{number}", ended_after_days=number))
    rules = Rules(ended_before_ns=BEGAN_NS + 3 * DAY_NS, why="older than a test")
    expected = plan(store, rules)
    assert ids(store) == ["b0", "b1", "b2", "b3", "b4"], "a plan removes nothing"
    outcome = retain(store, rules, now)
    assert ids(store) == ["b3", "b4"]
    assert outcome.gone == expected.gone
    assert outcome.left.batches == expected.left.batches == 2
    assert (outcome.gone.batches, outcome.gone.candidates, outcome.gone.executions) == (3, 6, 12)
    assert (count(store, CANDIDATES), count(store, EXECUTIONS)) == (4, 8)
    assert_holds(store, records_removed=12)


def test_a_removal_is_one_record_that_says_what_went(store: Store) -> None:
    write(store, *batch("a"), *batch("b"), *batch("c", ended_after_days=200))
    with store.reading() as connection:
        row = connection.execute(sa.select(RECORDS).where(RECORDS.c.sequence == 8)).one()
    retain(store, EVERYTHING, now)
    (removal,) = removals(store)
    assert (removal.first_sequence, removal.last_sequence, removal.last_hash) == (1, 8, row.hash)
    assert (removal.batch_ids, removal.why, removal.occurred_at_ns) == (("a", "b"), "a test", NOW_NS)
    assert removal.previous_hash == bytes(32)


def test_batches_that_ran_side_by_side_go_one_by_one(store: Store) -> None:
    write(store, *in_turns(batch("a"), batch("b"), batch("c")))
    for gone, name in enumerate("bac", start=1):
        remove_batches(store, [name], "a test", NOW_NS)
        assert_holds(store, records_removed=4 * gone)
    assert ids(store) == []
    assert [(each.first_sequence, each.last_sequence) for each in removals(store)][-1] == (3, 12)


def test_the_oldest_go_until_the_rest_is_small_enough(store: Store) -> None:
    for number in range(6):
        write(store, *batch(f"b{number}"))
    whole = plan(store, Rules()).left.stored_bytes
    keep = (
        whole - plan(store, Rules(keep_bytes=whole - 1)).gone.stored_bytes - 1
    )  # one byte more than one batch
    outcome = retain(store, Rules(keep_bytes=keep), now)
    assert ids(store) == ["b2", "b3", "b4", "b5"]
    assert outcome.left.stored_bytes <= keep
    again = retain(store, Rules(keep_bytes=keep), now)
    assert (again.gone, ids(store)) == (Amount(), ["b2", "b3", "b4", "b5"])
    assert_holds(store, records_removed=8)


def test_no_rule_removes_nothing(store: Store) -> None:
    fill(store)
    assert retain(store, Rules(), now).gone == Amount()
    assert ids(store) == ["a", "b", "c"]


def test_what_is_held_or_unfinished_stays_whatever_the_rules(store: Store) -> None:
    write(store, *batch("held"), *batch("gone"), begun("running"), judged(0, "running"))
    write(store, begun("abandoned"), BatchAbandoned("abandoned", BEGAN_NS, "its caller went"))
    change_hold(store, "held", is_held=True, by="a lawyer", reason="case 7", now_ns=NOW_NS)
    outcome = retain(store, replace(EVERYTHING, keep_bytes=0), now)
    assert ids(store) == ["held", "running"]
    assert (outcome.gone.batches, outcome.held, outcome.unfinished) == (2, 1, 1)
    assert_holds(store, records_removed=6)
    change_hold(store, "held", is_held=False, by="a lawyer", reason="case closed", now_ns=NOW_NS)
    assert retain(store, EVERYTHING, now).gone.batches == 1
    assert ids(store) == ["running"]
    assert_holds(store, records_removed=6 + 4 + 2)


def test_a_batch_that_is_held_in_the_last_moment_stays(store: Store) -> None:
    write(store, *batch("a"))
    change_hold(store, "a", is_held=True, by="", reason="", now_ns=NOW_NS)
    assert remove_batches(store, ["a"], "a test", NOW_NS).batch_ids == ()
    assert ids(store) == ["a"]


def test_a_hold_says_who_and_why_and_is_recorded_once(store: Store) -> None:
    write(store, *batch("a"))
    assert change_hold(store, "a", is_held=True, by="a lawyer", reason="case 7", now_ns=NOW_NS)
    assert not change_hold(store, "a", is_held=True, by="another", reason="", now_ns=NOW_NS)
    assert count(store, RECORDS) == 5
    assert verify_records(store).holds
    with pytest.raises(UnknownBatch, match="'none'"):
        change_hold(store, "none", is_held=True, by="", reason="", now_ns=NOW_NS)


def test_a_blob_goes_with_the_last_batch_that_names_it(store: Store) -> None:
    write(store, *batch("a", source="shared"), *batch("b", source="shared", ended_after_days=5), *batch("c"))
    before = count(store, BLOBS)
    first = retain(store, Rules(ended_before_ns=BEGAN_NS + DAY_NS), now)
    assert (ids(store), count(store, BLOBS)) == (["b"], before - 2)
    second = retain(store, EVERYTHING, now)
    assert count(store, BLOBS) == 0
    assert first.gone.batches + second.gone.batches == 3
    assert second.left.stored_bytes >= 0
    assert_holds(store, records_removed=12)


def with_file(name: str, content: bytes) -> list[Entry]:
    made = batch(name, 1)
    return [made[0], judged(0, name, executions=(execution("t0", stdout=content),)), made[2]]


def files(store: Store) -> list[str]:
    return sorted(store.blobs.files.names())


@IN_FOLDER_AND_S3
def test_files_of_blobs_go_once_nothing_names_them(store: Store) -> None:
    shared, own = secrets.token_bytes(40_000), secrets.token_bytes(40_000)
    write(store, *with_file("a", shared), *with_file("b", own), *with_file("c", shared))
    assert len(files(store)) == 2
    remove_and_keep = Rules(ended_before_ns=BEGAN_NS + DAY_NS)
    change_hold(store, "c", is_held=True, by="", reason="", now_ns=NOW_NS)
    retain(store, remove_and_keep, now)
    assert ids(store) == ["c"]
    assert len(files(store)) == 1
    assert_holds(store, records_removed=6)


@IN_FOLDER_AND_S3
def test_a_crash_between_commit_and_files_leaves_files_that_the_next_run_removes(store: Store) -> None:
    write(store, *with_file("a", secrets.token_bytes(40_000)), *with_file("b", secrets.token_bytes(40_000)))
    removed = remove_batches(store, ["a"], "a test", NOW_NS)
    assert len(removed.unnamed) == 1
    assert len(files(store)) == 2, "files go after the commit only"
    assert len(list(unnamed_swept(store, NOW_NS))) == 1
    assert len(files(store)) == 1
    assert_holds(store, records_removed=3)


def test_files_of_others_among_the_blobs_stay_and_half_written_ones_go_after_a_day(store: Store) -> None:
    write(store, *with_file("a", secrets.token_bytes(40_000)))
    (blob,) = files(store)
    folder = Path(store.blobs.files.path(blob)).parent
    old, new = (folder / f"{blob}.zst.{number:08x}.part" for number in range(2))
    others = [folder / name for name in ("notes.zst", f"{blob[:-1]}.zst", f"{blob}.zst.part", "x.part")]
    for path in (old, new, *others):
        path.touch()
    for path in (old, *others):
        os.utime(path, ns=(NOW_NS - 2 * DAY_NS, NOW_NS - 2 * DAY_NS))
    os.utime(new, ns=(NOW_NS, NOW_NS))
    retain(store, Rules(), now)
    assert set(folder.iterdir()) == {new, *others, Path(store.blobs.files.path(blob))}


@IN_FOLDER_AND_S3
def test_a_program_that_comes_again_after_its_file_s_commit_keeps_its_file(store: Store) -> None:
    content = secrets.token_bytes(40_000)
    write(store, *with_file("a", content))
    removed = remove_batches(store, ["a"], "a test", NOW_NS)
    write(store, *with_file("b", content))
    sweep(store, removed.unnamed)
    assert len(files(store)) == 1
    assert_holds(store, records_removed=3)


def test_words_of_what_went_are_found_no_longer(store: Store) -> None:
    write(store, *batch("a", source="zebra = 1"), *batch("b", source="zebra = 2", ended_after_days=5))

    def found() -> list[int]:
        with store.reading() as connection:
            matching = search_index.matching("zebra", is_postgresql=store.is_postgresql)
            return sorted(connection.scalars(matching))

    assert found() == [2, 3, 6, 7]
    retain(store, Rules(ended_before_ns=BEGAN_NS + DAY_NS), now)
    assert found() == [6, 7]


def test_many_batches_go_in_several_transactions(store: Store) -> None:
    write(store, *in_turns(*(batch(f"b{number}") for number in range(5))))
    went = [step.batches for step in steps(store, EVERYTHING, now, 8)]
    assert went == [2, 2, 1]
    assert_holds(store, records_removed=20)


def test_who_asks_for_no_further_step_ends_a_removal(store: Store) -> None:
    write(store, *batch("a"), *batch("b"), *batch("c"))
    removing = steps(store, EVERYTHING, now, 1)
    assert next(removing).batches == 1
    removing.close()
    assert ids(store) == ["b", "c"]
    assert_holds(store, records_removed=4)


def test_a_removal_is_told_of_batch_by_batch(store: Store) -> None:
    write(store, *batch("a"), *batch("b"))
    told: list[None] = []
    outcome = retain(store, EVERYTHING, now, lambda: told.append(None))
    assert (outcome.gone.batches, len(told)) == (2, 2)


@pytest.mark.parametrize(
    ("statement", "sequence", "said"),
    [
        ("DELETE FROM records WHERE sequence = 10", 10, "record 10 is missing, and nothing says"),
        ("DELETE FROM records WHERE sequence = 13", 5, "records 5 to 8 are missing, and nothing says"),
        ("UPDATE records SET sequence = 6 WHERE sequence = 11", 6, "it was put in: retention removed"),
    ],
)
def test_what_is_altered_after_a_removal_is_found(
    store: Store, statement: str, sequence: int, said: str
) -> None:
    write(store, *batch("a"), *batch("b"), *batch("c"))
    remove_batches(store, ["b"], "a test", NOW_NS)
    with store.writing() as connection:
        connection.execute(sa.text(statement))
    found = verify_records(store).faults
    assert any(fault.sequence == sequence and said in fault.description for fault in found), found


@pytest.mark.parametrize(
    ("sequence", "said"), [(4, "it was changed and its hash made to fit"), (9, "it names")]
)
def test_a_record_beside_a_removal_that_was_made_to_fit_is_found(
    store: Store, sequence: int, said: str
) -> None:
    write(store, *batch("a"), *batch("b"), *batch("c"))
    remove_batches(store, ["b"], "a test", NOW_NS)
    with store.writing() as connection:
        row = connection.execute(sa.select(RECORDS).where(RECORDS.c.sequence == sequence)).one()
        body = unpack(row.body, 1 << 20)
        previous = row.previous_hash if sequence == 4 else bytes(32)
        kind = "hold_changed" if sequence == 4 else row.kind
        made = record_hash(previous, sequence, kind, body)
        changed = sa.update(RECORDS).where(RECORDS.c.sequence == sequence)
        connection.execute(changed.values(kind=kind, previous_hash=previous, hash=made))
    found = verify_records(store).faults
    assert any(fault.sequence == sequence and said in fault.description for fault in found), found


def test_a_plan_tells_what_stays(store: Store) -> None:
    fill(store)
    outcome = plan(store, EVERYTHING)
    assert (outcome.gone.batches, outcome.held, outcome.unfinished) == (2, 1, 0)
    assert outcome.left.batches == 1


KILLED = """
import sys, time
from verifierd.audit import retention
from verifierd.audit.store import StoreSettings, open_store
store = open_store(StoreSettings(*sys.argv[1:]))
rules = retention.Rules(keep_bytes=0, why="a test")
print("ready", flush=True)
for step in retention.steps(store, rules, time.time_ns, 1):
    print("gone", flush=True)
"""


@pytest.mark.parametrize(
    ("s3_server", "gone_before"),
    [*(("folder", gone) for gone in (0, 1, 3, 6)), ("s3", 3)],
    indirect=["s3_server"],
    scope="session",
)
def test_a_kill_amid_a_removal_loses_nothing_that_was_to_stay(
    store: Store, store_settings: StoreSettings, gone_before: int
) -> None:
    for number in range(8):
        write(store, *with_file(f"b{number}", secrets.token_bytes(40_000)))
    write(store, *batch("held"))
    change_hold(store, "held", is_held=True, by="", reason="", now_ns=NOW_NS)
    command = [sys.executable, "-c", KILLED, store_settings.database, store_settings.blobs]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        for _ in range(1 + gone_before):
            assert process.stdout.readline() in (b"ready\n", b"gone\n")
        process.kill()
    report = verify_records(store)
    assert report.faults == ()
    assert report.records_removed >= 3 * gone_before
    assert len(files(store)) >= 8 - report.records_removed // 3
    retain(store, replace(EVERYTHING, keep_bytes=0), now)
    assert (ids(store), files(store)) == (["held"], [])
    assert_holds(store, records_removed=24)
