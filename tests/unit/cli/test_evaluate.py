"""`verifierd eval` writes one line a sample, all or none, and says pass@k."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import verifierd_client as client
from tests.unit.cli.conftest import Command, Ended
from tests.unit.datasets.fakes import FakeVerifier

TASK = {"prompt": "", "entry_point": "f", "test": "def check(f): ..."}


class Files:
    """The three files of an evaluation."""

    def __init__(self, folder: Path) -> None:
        self.problems, self.samples = folder / "p.jsonl", folder / "s.jsonl"
        self.out = folder / "out" / "results.jsonl"
        self.out.parent.mkdir()
        self.write(self.problems, *({"task_id": f"T/{n}", **TASK} for n in range(2)))
        self.write(self.samples, *({"task_id": f"T/{n % 2}", "solution": f"ACCEPTED {n}"} for n in range(20)))

    @staticmethod
    def write(file: Path, *records: dict[str, Any]) -> None:
        file.write_text("".join(json.dumps(record) + "\n" for record in records))

    def evaluate(self, command: Command, *more: str) -> Ended:
        files = ("--problems", self.problems, "--samples", self.samples, "--out", self.out)
        return command("eval", "--format", "humaneval", *files, *more)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_results_stand_in_input_order_and_pass_at_k_is_told(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    ended = files.evaluate(command, "--json")
    lines = [json.loads(line) for line in files.out.read_text().splitlines()]
    assert [(line["task_id"], line["sample_index"]) for line in lines] == [
        (f"T/{n % 2}", n // 2) for n in range(20)
    ]
    (report,) = ended.json_lines
    assert (ended.code, report["samples"], report["tasks"], report["accepted"]) == (0, 20, 2, 20)
    assert report["pass_at_k"] == {"1": 1.0, "10": 1.0, "100": None}
    low, high = report["pass_at_k_interval"]["1"]
    assert (low, high) == (pytest.approx(0.025**0.5), 1.0)


def test_a_person_is_told_which_k_cannot_be_told(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    ended = files.evaluate(command)
    assert "100.00% (15.8% to 100.0%)" in ended.out
    assert "some task has fewer than 100 samples" in ended.out
    assert "\x1b" not in ended.out + ended.err


def test_limits_reach_the_service(command: Command, verifier: FakeVerifier, files: Files) -> None:
    files.evaluate(command, "--cpu-time-s", "1.5", "--wall-time-s", "9", "--memory-mib", "64")
    assert verifier.problems[0].limits == client.Limits(
        cpu_time_s=1.5, wall_time_s=9.0, memory_bytes=64 << 20
    )


@pytest.mark.parametrize(
    ("which", "content", "line"),
    [
        ("samples", b'{"task_id": "T/0", "solution": "ACCEPTED"}\n{"task_id": "T/9", "solution": ""}\n', 2),
        ("samples", b'{"task_id": "T/0", "solution": "ACCEPTED"}\n{"task_id"\n', 2),
        ("samples", b'{"task_id": "T/0"}\n', 1),
        ("samples", gzip.compress(b'{"task_id": "T/0", "solution": "ACCEPTED"}\n' * 9)[:-4], 10),
        ("problems", b'{"task_id": "T/0"}\n', 1),
        ("problems", (json.dumps({"task_id": "T/0", **TASK}) + "\n").encode() * 2, 2),
    ],
)
def test_bad_input_ends_with_2_names_the_line_and_leaves_no_result(
    command: Command, verifier: FakeVerifier, files: Files, which: str, content: bytes, line: int
) -> None:
    file: Path = getattr(files, which)
    file.write_bytes(content)
    ended = files.evaluate(command)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {file}:{line}: ")
    assert list(files.out.parent.iterdir()) == []


def test_a_failing_service_leaves_earlier_results_alone(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    files.out.write_text("earlier\n")
    verifier.error = client.ConnectionFailed("nobody listens")
    assert files.evaluate(command).code == 3
    assert files.out.read_text() == "earlier\n"
    assert list(files.out.parent.iterdir()) == [files.out]


def test_samples_that_could_not_be_judged_make_trouble_and_no_wrong_answers(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    Files.write(
        files.samples,
        {"task_id": "T/0", "solution": "ACCEPTED"},
        {"task_id": "T/0", "solution": "INFRASTRUCTURE_ERROR"},
    )
    ended = files.evaluate(command, "--json")
    (report,) = ended.json_lines
    assert ended.code == 3
    assert report["pass_at_k"]["1"] == 1.0
    assert report["tasks_without_samples"] == 1


def _results(files: Files) -> list[Any]:
    return [json.loads(line) for line in files.out.read_text().splitlines()]


def test_an_evaluation_that_broke_off_goes_on_and_judges_nothing_twice(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    files.evaluate(command)
    at_once, judged = _results(files), len(verifier.judged)
    files.out.unlink()
    verifier.judged.clear()
    verifier.breaks_after = 7
    assert files.evaluate(command).code == 3
    assert [file.name for file in files.out.parent.iterdir()] == ["results.jsonl.journal"]
    before = list(verifier.judged)
    verifier.breaks_after = None
    ended = files.evaluate(command, "--json")
    assert ended.code == 0
    assert ended.json_lines[0]["resumed"] == len(before) == 7
    assert len(verifier.judged) == len(set(verifier.judged)) == judged == 20
    assert _results(files) == at_once
    assert list(files.out.parent.iterdir()) == [files.out]


def test_a_program_that_was_judged_before_is_not_run_for_its_equal(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    Files.write(files.samples, *({"task_id": "T/0", "solution": f"ACCEPTED {n // 2}"} for n in range(6)))
    verifier.breaks_after = 1  # the last of them, which finishes first
    files.evaluate(command)
    verifier.breaks_after = None
    assert files.evaluate(command).code == 0
    lines = _results(files)
    assert [line["sample_index"] for line in lines] == list(range(6))
    assert [line["verdict"] for line in lines] == ["ACCEPTED"] * 6
    assert [line["duplicate_of"] for line in lines] == [None, 0, None, 2, None, 4]


def interrupted(command: Command, verifier: FakeVerifier, files: Files) -> Path:
    """Have an evaluation lose its service; return the journal that it leaves."""
    verifier.breaks_after = 7
    files.evaluate(command)
    return files.out.with_name("results.jsonl.journal")


@pytest.mark.parametrize(
    "entry", ["{}", '{"sample": 0}', '{"sample": 0, "line": {"task_id": "T/1"}}', '{"bill": {"a": 1}}']
)
def test_a_journal_with_an_entry_of_no_evaluation_is_refused(
    command: Command, verifier: FakeVerifier, files: Files, entry: str
) -> None:
    journal = interrupted(command, verifier, files)
    head, *_ = journal.read_text().splitlines()
    journal.write_text(f"{head}\n{entry}\n")
    ended = files.evaluate(command)
    assert (ended.code, files.out.exists()) == (2, False)
    assert ended.err.startswith(f"error: {journal}:2: the journal is damaged here")


@pytest.mark.parametrize("change", ["problems", "samples", "option"])
def test_a_journal_of_other_problems_samples_or_options_is_refused(
    command: Command, verifier: FakeVerifier, files: Files, change: str
) -> None:
    journal = interrupted(command, verifier, files)
    content = journal.read_bytes()
    if change == "problems":
        Files.write(
            files.problems,
            *({"task_id": f"T/{n}", **TASK, "test": "def check(candidate): pass"} for n in range(2)),
        )
    if change == "samples":
        files.samples.write_text(files.samples.read_text().replace("ACCEPTED 3", "ACCEPTED 33"))
    ended = files.evaluate(command, *(["--cpu-time-s", "2"] if change == "option" else []))
    assert ended.code == 2
    assert ended.err.startswith(f"error: {journal}:1: this journal is of an evaluation with other")
    assert (journal.read_bytes(), files.out.exists()) == (content, False)


def test_a_sample_that_could_not_be_judged_is_tried_again(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    programs = ("ACCEPTED", "ACCEPTED 2", "INFRASTRUCTURE_ERROR")
    Files.write(files.samples, *({"task_id": "T/0", "solution": program} for program in programs))
    verifier.breaks_after = 2
    assert files.evaluate(command).code == 3
    verifier.breaks_after = None
    files.evaluate(command)
    assert Counter(verifier.judged) == {"ACCEPTED": 1, "ACCEPTED 2": 1, "INFRASTRUCTURE_ERROR": 2}


def test_samples_that_could_not_be_judged_are_judged_alone_when_the_command_is_repeated(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    programs = ("ACCEPTED", "INFRASTRUCTURE_ERROR", "WRONG_ANSWER")
    Files.write(files.samples, *({"task_id": "T/0", "solution": program} for program in programs))
    first = files.evaluate(command)
    assert first.code == 3
    assert "1 not judged; the same command tries these again" in first.out
    assert [line["verdict"] for line in _results(files)] == list(programs)
    verifier.judged.clear()
    verifier.judge = lambda source: client.Verdict.ACCEPTED
    ended = files.evaluate(command, "--json")
    assert (ended.code, ended.json_lines[0]["resumed"]) == (0, 2)
    assert verifier.judged == ["INFRASTRUCTURE_ERROR"]
    assert [line["verdict"] for line in _results(files)] == ["ACCEPTED", "ACCEPTED", "WRONG_ANSWER"]
    assert list(files.out.parent.iterdir()) == [files.out]


@pytest.mark.parametrize("option", [["--strict"], ["--cpu-time-s", "3"], ["--all-tests"]])
def test_a_journal_is_not_taken_up_under_another_rule_or_limit(
    command: Command, verifier: FakeVerifier, files: Files, option: list[str]
) -> None:
    verifier.breaks_after = 7
    files.evaluate(command)
    ended = files.evaluate(command, *option)
    assert ended.code == 2
    assert "this journal is of an evaluation with other problems, samples or options" in ended.err


def test_a_language_that_is_not_known_is_answered_with_those_there_are(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    ended = files.evaluate(command, "--languages", "python3,pyton")
    assert (ended.code, verifier.problems) == (2, [])
    assert "'pyton' is not known; allowed: c, " in " ".join(ended.err.replace("│", " ").split())


def test_limit_and_languages_leave_a_part_of_the_set(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    (report,) = files.evaluate(command, "--json", "--limit", "1", "--languages", "go,python3").json_lines
    assert (report["tasks"], report["samples"]) == (1, 10)
    ended = files.evaluate(command, "--languages", "go")
    assert ended.code == 2
    assert "no sample is for one of the chosen problems and languages" in ended.err


@pytest.mark.parametrize("style", ["human-eval", "evalplus"])
def test_results_are_written_in_the_style_asked_for(
    command: Command, verifier: FakeVerifier, files: Files, style: str
) -> None:
    assert files.evaluate(command, "--out-style", style).code == 0
    first = json.loads(files.out.read_text().splitlines()[0])
    assert ("result" in first, "eval" in first) == (style == "human-eval", style == "evalplus")


@pytest.mark.parametrize(("option", "words"), [("--format", "humaneval-x, "), ("--out-style", "human-eval")])
def test_an_unknown_form_is_answered_with_those_there_are(
    command: Command, files: Files, option: str, words: str
) -> None:
    ended = files.evaluate(command, option, "nonsense")
    assert ended.code == 2
    assert words in ended.err


def test_a_folder_that_is_not_there_is_told_before_anything_is_judged(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    files.out = files.out.parent / "nowhere" / "results.jsonl"
    ended = files.evaluate(command)
    assert (ended.code, verifier.problems) == (2, [])
    assert "there is no such folder" in ended.err


def test_a_sample_is_judged_up_to_its_first_failed_test_unless_all_are_asked_for(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    files.evaluate(command)
    files.evaluate(command, "--all-tests")
    assert [options.stop_at_first_failure for options in verifier.options] == [True, True, False, False]
