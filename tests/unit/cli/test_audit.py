"""`verifierd audit` tells what it found, names what is wrong with its options, ends with a code for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.entries import begun
from tests.support.filled import ENTRIES, fill, write
from tests.unit.cli.conftest import Command
from verifierd.audit import checkpoints
from verifierd.audit.appending import lock_head
from verifierd.audit.keys import read_private_key
from verifierd.audit.schema import BATCHES, CANDIDATES, RECORDS
from verifierd.audit.store import StoreSettings, open_store
from verifierd.cli.audit import group

NEWEST = len(ENTRIES)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A store with a little of everything in it."""
    file = tmp_path / "audit.db"
    store = open_store(StoreSettings(str(file)))
    fill(store)
    store.close()
    return file


def alter(database: Path, statement: sa.Update) -> None:
    store = open_store(StoreSettings(str(database)))
    with store.writing() as connection:
        connection.execute(statement)
    store.close()


def as_json(command: Command, database: Path, name: str, *arguments: str) -> dict[str, Any]:
    """Return what a command says to a program."""
    told: dict[str, Any]
    (told,) = command("audit", name, "--database", database, *arguments, "--json").json_lines
    return told


@pytest.fixture
def signed(command: Command, database: Path, tmp_path: Path) -> Path:
    """A file with a checkpoint of the newest record; its key is beside it."""
    assert command("audit", "keygen", tmp_path / "audit.key").code == 0
    store = open_store(StoreSettings(str(database)))
    with store.writing() as connection:
        head = lock_head(connection)
    store.close()
    key = read_private_key(tmp_path / "audit.key")
    file = tmp_path / "checkpoints"
    checkpoints.append(file, checkpoints.sign(key, head.sequence, head.hash, 1_800_000_000_000_000_000))
    return file


def test_a_store_that_holds_is_told_to_hold(command: Command, database: Path) -> None:
    ended = command("audit", "verify", "--database", database)
    assert (ended.code, ended.err) == (0, "")
    assert "Looked at 12 records, 3 batches with 9 executions" in ended.out
    assert "Everything stands as it was written." in ended.out
    assert "written anew is not known" in " ".join(ended.out.split())


def test_a_fault_is_named_and_is_an_exit_status(command: Command, database: Path) -> None:
    alter(database, sa.update(CANDIDATES).where(CANDIDATES.c.sequence == 4).values(verdict="ACCEPTED"))
    ended = command("audit", "verify", "--database", database)
    told = " ".join(ended.out.replace("│", " ").split())
    assert ended.code == 1
    assert "record 4 (candidate_judged, batch 'b', candidate 'c0'): its row of table candidates was" in told
    assert "1 fault" in told
    report = as_json(command, database, "verify")
    assert (report["holds"], report["records_checked"], report["faults_left_out"]) == (False, NEWEST, 0)
    (fault,) = report["faults"]
    assert fault["sequence"] == 4
    assert "verdict is 'ACCEPTED' instead of 'WRONG_ANSWER'" in fault["description"]


def test_a_part_is_verified_without_blobs(command: Command, database: Path) -> None:
    report = as_json(command, database, "verify", "--from", "3", "--to", "5")
    assert (report["holds"], report["records_checked"], report["blobs_checked"]) == (True, 3, 0)


def test_checkpoints_are_compared(command: Command, database: Path, signed: Path, tmp_path: Path) -> None:
    with_checkpoints = ("--checkpoints", signed, "--public-key", tmp_path / "audit.key.pub")
    ended = command("audit", "verify", "--database", database, *with_checkpoints)
    assert ended.code == 0
    assert "1 checkpoint." in ended.out
    assert "Checkpoints prove it up to record 12 of 12." in ended.out
    signed.write_text(signed.read_text().replace('"sequence": 12', '"sequence": 11'))
    ended = command("audit", "verify", "--database", database, *with_checkpoints)
    assert ended.code == 1
    assert "its signature is not of what it says" in " ".join(ended.out.replace("│", " ").split())


def test_the_settings_name_store_and_checkpoints(
    command: Command, database: Path, signed: Path, tmp_path: Path
) -> None:
    config = tmp_path / "verifierd.toml"
    config.write_text(
        f'[audit]\ndatabase = "{database}"\ncheckpoint_file = "{signed}"\n'
        f'checkpoint_key_file = "{tmp_path / "audit.key"}"\n'
    )
    (report,) = command("audit", "verify", "--config", config, "--json").json_lines
    assert (report["holds"], report["checkpoints_checked"]) == (True, 1)
    other = tmp_path / "other.db"
    open_store(StoreSettings(str(other))).close()
    (report,) = command("audit", "verify", "--config", config, "--database", other, "--json").json_lines
    assert (report["holds"], report["checkpoints_checked"]) == (True, 0)


def test_what_cannot_be_verified_is_named(
    command: Command, database: Path, signed: Path, tmp_path: Path
) -> None:
    for arguments, code, said in (
        ((), 2, "no audit store is named: give --database"),
        (("--database", tmp_path / "none.db"), 3, "none.db cannot be used: there is no such file"),
        (("--database", signed), 3, "cannot be used: its file is no SQLite database"),
        (("--database", database, "--from", "5", "--to", "4"), 2, "--to 4 is before --from 5"),
        (("--database", database, "--from", "0"), 2, "--from"),
        (("--database", database, "--checkpoints", signed), 2, "give --public-key"),
        (("--database", database, "--public-key", signed), 2, "give --checkpoints too"),
        (
            (
                "--database",
                database,
                "--checkpoints",
                tmp_path / "no",
                "--public-key",
                f"{tmp_path}/audit.key.pub",
            ),
            2,
            "checkpoints cannot be read",
        ),
        (
            ("--database", database, "--checkpoints", signed, "--public-key", signed),
            2,
            "no public key as PEM",
        ),
    ):
        ended = command("audit", "verify", *arguments)
        assert (ended.code, ended.out) == (code, ""), arguments
        assert said in " ".join(ended.err.split()), arguments
    assert not (tmp_path / "none.db").exists()
    failed = command("audit", "verify", "--json")
    assert failed.json_lines[0]["error"]["exit_code"] == 2


def test_a_dry_run_says_what_would_go_and_removes_nothing(command: Command, database: Path) -> None:
    told = as_json(command, database, "retain", "--keep-gib", "0", "--dry-run")
    assert told["dry_run"]
    assert (told["gone"]["batches"], told["left"]["batches"], told["held"], told["unfinished"]) == (
        2,
        1,
        1,
        0,
    )
    ended = command("audit", "retain", "--database", database, "--keep-gib", "0", "--dry-run")
    assert "would go" in ended.out
    assert "Stays whatever the rules: 1 batch under legal hold" in ended.out
    assert "12 records" in command("audit", "verify", "--database", database).out


def test_what_went_is_recorded_and_the_rest_verifies(command: Command, database: Path) -> None:
    told = as_json(command, database, "retain", "--keep-gib", "0")
    assert (told["dry_run"], told["gone"]["batches"], told["gone"]["records"]) == (False, 2, 7)
    report = as_json(command, database, "verify")
    assert (report["holds"], report["records_removed"]) == (True, 7)
    again = command("audit", "retain", "--database", database, "--keep-gib", "0")
    assert again.code == 0
    assert "gone" in again.out


def test_rules_come_from_the_settings_where_no_option_gives_one(
    command: Command, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alter(database, sa.update(BATCHES).values(ended_at_ns=1_000_000_000))
    monkeypatch.setenv("VERIFIERD_AUDIT__KEEP_DAYS", "30")
    told = as_json(command, database, "retain", "--dry-run")
    assert told["gone"]["batches"] == 2
    told = as_json(command, database, "retain", "--keep-gib", "5", "--dry-run")
    assert told["gone"]["batches"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give --older-than or --keep-gib"),
        (("--older-than", "0"), "--older-than"),
        (("--keep-gib", "-1"), "--keep-gib"),
        (("--keep-gib", "nan"), "--keep-gib"),
    ],
)
def test_rules_that_say_nothing_are_refused(
    command: Command, database: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = command("audit", "retain", "--database", database, *arguments)
    assert ended.code == 2
    assert said in ended.err


def test_a_batch_is_held_and_freed(command: Command, database: Path) -> None:
    of_a = ("a", "--database", database, "--reason", "case 7")
    assert command("audit", "hold", *of_a).out == "batch a is under legal hold\n"
    assert command("audit", "hold", *of_a).out == "batch a is already under legal hold\n"
    (told,) = command("audit", "release", *of_a, "--json").json_lines
    assert told == {"batch_id": "a", "is_held": False, "changed": True}
    assert command("audit", "release", *of_a).out == "batch a is already free of legal hold\n"
    store = open_store(StoreSettings(str(database)))
    with store.reading() as connection:
        assert connection.scalar(sa.select(sa.func.max(RECORDS.c.sequence))) == NEWEST + 2
    store.close()


def test_a_batch_is_held_by_the_beginning_of_its_id_where_no_other_has_it(
    command: Command, database: Path
) -> None:
    store = open_store(StoreSettings(str(database)))
    write(store, begun("3f2a91c0d4e5"), begun("3f2b91c0d4e5"))
    store.close()
    (told,) = command(
        "audit", "hold", "3f2a", "--database", database, "--reason", "case 7", "--json"
    ).json_lines
    assert told == {"batch_id": "3f2a91c0d4e5", "is_held": True, "changed": True}
    ended = command("audit", "release", "3f2", "--database", database, "--reason", "case 7")
    assert ended.code == 2
    assert "3f2a91c0d4e5, 3f2b91c0d4e5; give more of it" in ended.err


def test_a_hold_says_why_and_names_a_batch_that_there_is(command: Command, database: Path) -> None:
    ended = command("audit", "hold", "none", "--database", database, "--reason", "case 7")
    assert ended.code == 2
    assert "there is no batch 'none'; `verifierd audit list` tells those that are" in ended.err
    ended = command("audit", "hold", "a", "--database", database)
    assert ended.code == 2
    assert "--reason" in ended.err


def test_a_batch_that_retention_removed_says_when_and_why(command: Command, database: Path) -> None:
    as_json(command, database, "retain", "--keep-gib", "0")
    ended = command("audit", "hold", "a", "--database", database, "--reason", "case 7")
    assert ended.code == 2
    assert "batch a is not there: retention removed it at 20" in ended.err
    assert ", beyond 0 GiB; removed by " in ended.err


def test_keys_are_made_once(command: Command, tmp_path: Path) -> None:
    (told,) = command("audit", "keygen", tmp_path / "audit.key", "--json").json_lines
    assert told["public_key_file"] == f"{tmp_path / 'audit.key'}.pub"
    assert json.dumps(told["key_id"]).isascii()
    ended = command("audit", "keygen", tmp_path / "audit.key")
    assert ended.code == 2
    assert "is there already" in ended.err


def test_each_command_teaches_by_examples_that_stand_whole_in_a_narrow_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for registered in group.build().registered_commands:
        assert registered.help is not None
        examples = [line.strip() for line in registered.help.splitlines() if line.startswith("    ")]
        name = registered.name or registered.callback.__name__ if registered.callback else ""
        ended = command("audit", name, "--help")
        assert ended.code == 0
        assert any(each.startswith(f"verifierd audit {name}") for each in examples)
        assert set(examples) <= {line.strip() for line in ended.out.splitlines()}
        prose = registered.help.replace("`", "").split("Exit status")[1]
        assert " ".join(prose.split()) in " ".join(ended.out.split())
