"""`verifierd verify` says what became of each candidate, and its exit code says whether one was accepted."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import verifierd_client as client
from sandboxes.inside.values import Decoder
from sandboxes.languages import LANGUAGES
from tests.unit.cli.conftest import Command
from tests.unit.datasets.fakes import FakeVerifier
from verifierd.cli.verify import COLUMN_CHARS, HELP
from verifierd.datasets import forms
from verifierd.judging.checkers import available
from verifierd.selection.rules import RULES

PROBLEM = {"id": "sum", "tests": [{"id": "a", "stdio": {"stdin": "", "expected_stdout": ""}}]}


def files(folder: Path, *programs: str) -> tuple[Path, Path]:
    problem, candidates = folder / "problem.json", folder / "candidates.jsonl"
    problem.write_text(json.dumps(PROBLEM))
    lines = [{"id": f"c{n}", "language": "python", "source": program} for n, program in enumerate(programs)]
    candidates.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return problem, candidates


@pytest.mark.parametrize(
    ("programs", "code"),
    [
        (["ACCEPTED", "WRONG_ANSWER"], 0),
        (["WRONG_ANSWER", "TIME_LIMIT_EXCEEDED"], 1),
        (["ACCEPTED", "INFRASTRUCTURE_ERROR"], 3),
    ],
)
def test_the_exit_code_says_whether_a_candidate_was_accepted(
    command: Command, verifier: FakeVerifier, tmp_path: Path, programs: list[str], code: int
) -> None:
    assert command("verify", *files(tmp_path, *programs)).code == code


def test_candidates_come_out_in_the_order_of_their_file(
    command: Command, verifier: FakeVerifier, tmp_path: Path
) -> None:
    ended = command("verify", *files(tmp_path, "ACCEPTED 1", "WRONG_ANSWER 2", "ACCEPTED 1"), "--json")
    *candidates, last = ended.json_lines
    assert [(each["candidate_id"], each["verdict"], each["duplicate_of"]) for each in candidates] == [
        ("c0", "ACCEPTED", None),
        ("c1", "WRONG_ANSWER", None),
        ("c2", "ACCEPTED", "c0"),
    ]
    (pick,) = last["summary"]["picks"]
    assert pick == {"candidate_id": "c0", "rule": "plurality", "cluster_id": "c1", "probability": None}
    assert last["summary"]["cost"]["executions"] == 3


def test_what_a_person_reads_names_verdicts_clusters_pick_and_cost_without_colour_codes(
    command: Command, verifier: FakeVerifier, tmp_path: Path
) -> None:
    ended = command("verify", *files(tmp_path, "ACCEPTED 1", "WRONG_ANSWER 2"))
    for words in (
        "accepted",
        "wrong answer",
        "it is WRONG_ANSWER",
        "c0 by plurality",
        "3 executions",
        "$0.00200",
    ):
        assert words in ended.out
    assert "\x1b" not in ended.out + ended.err


@pytest.mark.parametrize("columns", ["40", "60", "80", "120"])
def test_reasons_stay_readable_at_any_width(
    command: Command,
    verifier: FakeVerifier,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    columns: str,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    ended = command("verify", *files(tmp_path, "ACCEPTED 1", "MEMORY_LIMIT_EXCEEDED 2"))
    assert "it is MEMORY_LIMIT_EXCEEDED" in ended.out
    assert "memory limit exceeded" in ended.out
    assert "…" not in ended.out
    assert max(map(len, ended.out.splitlines())) <= int(columns)


def test_markup_and_control_codes_in_names_are_shown_and_not_obeyed(
    command: Command, verifier: FakeVerifier, tmp_path: Path
) -> None:
    problem, candidates = files(tmp_path, "ACCEPTED")
    candidates.write_text(candidates.read_text().replace("c0", "[red]c0[/red]\\u001b[31m"))
    problem.write_text(problem.read_text().replace('"sum"', '"[bold]sum"'))
    ended = command("verify", problem, candidates)
    assert r"[red]c0[/red]\x1b[31m" in ended.out
    assert "\x1b" not in ended.out
    assert "[bold]sum" in ended.out


def test_a_bad_line_ends_with_2_and_names_it(
    command: Command, verifier: FakeVerifier, tmp_path: Path
) -> None:
    problem, candidates = files(tmp_path, "ACCEPTED")
    candidates.write_text(candidates.read_text() + '{"id": 1}\n')
    ended = command("verify", problem, candidates)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {candidates}:2: ")
    ended = command("verify", problem, candidates, "--json")
    assert ended.code == 2
    (said,) = ended.json_lines
    assert said["error"]["exit_code"] == 2
    assert f"{candidates}:2: " in said["error"]["message"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (client.InvalidRequest("candidates[0].language: unknown"), 2),
        (client.RequestTooLarge("too large"), 2),
        (client.OutOfRange("Limits.cpu_time_s"), 2),
        (client.NotOffered("not here"), 3),
        (client.ConnectionFailed("nobody listens"), 3),
        (client.ServerFault("error id 7"), 3),
        (client.DeadlineExceeded("too late"), 3),
    ],
)
def test_a_refusal_is_bad_input_and_a_failing_service_is_trouble(
    command: Command, verifier: FakeVerifier, tmp_path: Path, error: client.VerifierError, code: int
) -> None:
    verifier.error = error
    ended = command("verify", *files(tmp_path, "ACCEPTED"))
    assert (ended.code, ended.err.endswith(f"{error}\n")) == (code, True)
    assert ended.err.startswith("error: ")


def test_settings_are_refused_for_a_daemon_that_runs_already(command: Command, tmp_path: Path) -> None:
    arguments = ("--config", "verifierd.toml", "--server", "127.0.0.1:1")
    ended = command("verify", *files(tmp_path, "ACCEPTED"), *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "--config is for a daemon of the command's own" in ended.err


def test_settings_of_the_daemon_of_its_own_come_from_the_file(command: Command, tmp_path: Path) -> None:
    config = tmp_path / "verifierd.toml"
    config.write_text("[sandbox]\ncuont = 1\n")
    for arguments in (("verify", *files(tmp_path, "ACCEPTED")), ("demo",)):
        ended = command(*arguments, "--config", config)
        assert ended.code == 2
        assert ended.err.startswith(f"error: {config}:2: unknown key sandbox.cuont")


def test_the_help_names_every_key_tag_and_checker_that_files_may_have() -> None:
    checkers = [name for each in available() for name in (each.name, *each.parameters)]
    tags = set(Decoder().by_tag) - {"$opaque"}
    read = [form.model_fields for form in forms._FORMS_BY_KEY.values()] + [forms.CandidateForm.model_fields]
    keys = [name for fields in read for name in fields]
    assert [word for word in (*checkers, *tags, *keys) if not re.search(rf"{re.escape(word)}\b", HELP)] == []


def test_the_help_names_for_every_kind_of_test_the_languages_that_it_works_in() -> None:
    kinds = {kind for language in LANGUAGES.values() for kind in language.test_kinds}
    _, listed = HELP.split("where the server has them (`verifierd doctor` tells):\n\n")
    lines, told = listed.split("\n\n")[0].splitlines(), dict[str, set[str]]()
    heads: list[str] = []
    for line in lines:
        heads = line[:COLUMN_CHARS].replace(",", " ").split() or heads
        for kind in heads:
            told.setdefault(kind, set()).update(line[COLUMN_CHARS:].replace(",", " ").split())
    assert told == {
        kind: {name for name, language in LANGUAGES.items() if kind in language.test_kinds} for kind in kinds
    }


def test_how_candidates_are_picked_goes_to_the_server(
    command: Command, verifier: FakeVerifier, tmp_path: Path
) -> None:
    assert command("verify", *files(tmp_path, "ACCEPTED"), "--rule", "alphacode", "--picks", "10").code == 0
    assert command("verify", *files(tmp_path, "ACCEPTED")).code == 0
    assert [each.selection for each in verifier.options] == [
        client.Selection("alphacode", 10),
        client.Selection(),
    ]
    assert command("verify", *files(tmp_path, "ACCEPTED"), "--picks", "0").code == 2


def test_the_help_tells_every_rule() -> None:
    assert set(RULES) <= set(re.findall(r"^ +(\w+)  ", HELP, re.MULTILINE))
