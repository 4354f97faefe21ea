"""`verifierd export traces` writes what passed and nothing else, all of it or nothing, and says why not."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

import verifierd_client as client
from tests.unit.cli.conftest import Command, Ended
from tests.unit.export.scene import result
from verifierd.datasets.adapter import Sample, read_samples
from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.keys import suite_sha256
from verifierd.datasets.narrowing import Narrowing
from verifierd.datasets.task import Rule, Task

TASK = {"prompt": "", "entry_point": "f", "test": "def check(f): ..."}
PROGRAMS = ("ACCEPTED", "ACCEPTED  # again", "WRONG_ANSWER", "ACCEPTED\nb", "INFRASTRUCTURE_ERROR")


class Files:
    """The files of an export, with results by verdicts that the programs begin with."""

    def __init__(self, folder: Path, command: Command) -> None:
        self.command = command
        self.problems, self.samples = folder / "p.jsonl", folder / "s.jsonl"
        self.results = folder / "r.jsonl"
        self.out = folder / "out" / "traces.jsonl"
        self.out.parent.mkdir()
        self.write(self.problems, *({"task_id": f"T/{n}", **TASK} for n in range(3)))
        self.write(
            self.samples,
            *(
                {"task_id": f"T/{n}", "solution": program, "prompt": f"Write {n}.", "model": "m"}
                for n in range(2)
                for program in PROGRAMS
            ),
        )

    @staticmethod
    def write(file: Path, *records: dict[str, Any]) -> None:
        file.write_text("".join(json.dumps(record) + "\n" for record in records))

    def evaluate(self, limit: int | None = None) -> None:
        tasks = ADAPTERS["humaneval"].read_tasks(self.problems, Rule())
        samples = Narrowing(limit=limit).samples(
            read_samples(self.samples, tasks), Narrowing(limit=limit).tasks(tasks)
        )
        self.write(self.results, *(self.line(each, tasks[each.task_id]) for each in samples))

    @staticmethod
    def line(one: Sample, task: Task) -> dict[str, Any]:
        verdict = client.Verdict(one.program.split()[0])
        made = result(one, verdict, tests_total=1, tests_passed=int(verdict is client.Verdict.ACCEPTED))
        failed: dict[str, Any] = {"failed_test": None, "failed_tests": []}
        return asdict(made) | failed | {"verdict": verdict.value, "suite_sha256": suite_sha256(task)}

    def export(self, *more: str | Path) -> Ended:
        files = ("--problems", self.problems, "--samples", self.samples, "--out", self.out)
        return self.command("export", "traces", self.results, *files, *more)

    def change(self, **fields: Any) -> None:
        """Change fields of the first sample."""
        first, *others = map(json.loads, self.samples.read_text().splitlines())
        kept = {key: value for key, value in (first | fields).items() if value is not None}
        self.write(self.samples, kept, *others)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.read_text().splitlines()]

    @property
    def left(self) -> list[Path]:
        return list(self.out.parent.iterdir())


@pytest.fixture
def files(tmp_path: Path, command: Command) -> Files:
    made = Files(tmp_path, command)
    made.evaluate()
    return made


def words(ended: Ended) -> str:
    return " ".join((ended.out + ended.err).split())


def test_distinct_accepted_samples_are_exported_and_the_rest_is_accounted_for(files: Files) -> None:
    ended = files.export("--json")
    assert ended.code == 0
    assert ended.json_lines == [
        {
            "tasks": 2,
            "solved": 2,
            "exported_tasks": 2,
            "samples": 10,
            "accepted": 6,
            "exported": 4,
            "unjudged": {"INFRASTRUCTURE_ERROR": 2},
            "dropped": {"same_program": 2},
            "out": str(files.out),
        }
    ]
    found = [(row["task_id"], row["sample_index"], row["prompt"], row["completion"]) for row in files.rows]
    assert found == [(f"T/{n}", index, f"Write {n}.", PROGRAMS[index]) for n in range(2) for index in (0, 3)]
    for row in files.rows:
        assert row["problem"] == {"samples": 4, "correct": 3, "pass_rate": 0.75}
        assert json.loads(row["provenance"]["sample_fields"]) == {"model": "m"}
    assert files.left == [files.out]


def test_a_person_is_told_what_was_left_out_and_why(files: Files) -> None:
    ended = files.export("--per-problem", "1")
    assert (ended.code, ended.err) == (0, "")
    for told in (
        "10 of 2 tasks",
        "6 of 2 tasks",
        "2 infrastructure error, never exported",
        "2: program as an earlier one's",
        "2: beyond the number per problem (1)",
        "2 of 2 tasks",
        str(files.out),
    ):
        assert told in ended.out
    assert "\x1b" not in ended.out


def test_earlier_traces_are_replaced_and_inputs_never(files: Files) -> None:
    files.out.write_text("earlier")
    assert files.export().code == 0
    assert len(files.rows) == 4
    for file in (files.results, files.samples, files.problems):
        before = file.read_bytes()
        ended = files.export("--out", file)
        assert (ended.code, "it is also an input" in ended.err) == (2, True)
        assert file.read_bytes() == before


def test_where_nothing_is_exported_the_answer_is_no_and_there_is_no_file(files: Files) -> None:
    ended = files.export("--max-false-positives", "0.1", "--json")
    (report,) = ended.json_lines
    assert (ended.code, report["exported"], report["out"]) == (1, 0, None)
    assert report["dropped"] == {"unknown_suite": 6}
    told = files.export("--max-false-positives", "0.1")
    assert "eval --all-tests" in words(told)
    assert "nothing to write, and no file" in told.out
    assert files.export("--min-tests", "2", "--json").json_lines[0]["dropped"] == {"few_tests": 6}
    assert files.left == []


def test_where_nothing_passed_the_answer_is_no(files: Files) -> None:
    files.write(files.samples, {"task_id": "T/0", "solution": "WRONG_ANSWER"})
    files.evaluate()
    ended = files.export("--json")
    (report,) = ended.json_lines
    assert (ended.code, report["accepted"], report["dropped"], files.left) == (1, 0, {}, [])


def test_the_part_that_was_evaluated_is_the_part_that_is_exported(files: Files) -> None:
    files.evaluate(limit=1)
    ended = files.export()
    assert (ended.code, files.left) == (2, [])
    assert "sample 0 of task 'T/1' has no result here" in ended.err
    assert "--limit" in ended.err
    assert files.export("--limit", "1", "--json").json_lines[0]["exported"] == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"solution": "ACCEPTED 9"}, "is the result of another program than the samples have"),
        ({"task_id": "T/2"}, "another program|not among the samples"),
        ({"task_id": "T/9"}, "'T/9' is not among the 3 problems"),
        ({"prompt": None}, "task 'T/0' has no prompt: .* give --prompts"),
        ({"prompt": [{"role": "user", "content": "Go."}]}, "give --out-style chat or messages"),
        ({"prompt": 5}, "field 'prompt' must be text or a list of turns, and is a number"),
        ({"prompt": "\ud800"}, "field 'prompt' holds a lone surrogate"),
    ],
)
def test_samples_that_do_not_fit_end_with_2_and_leave_no_file(
    files: Files, fields: dict[str, Any], said: str
) -> None:
    files.change(**fields)
    ended = files.export()
    assert ended.code == 2
    assert re.search(said, ended.err)
    assert files.left == []


@pytest.mark.parametrize("which", ["results", "samples", "problems"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\n", "1: not UTF-8"),
        (b"no JSON\n", "1: not JSON"),
        (b"", "there is no "),
        (b"PAR1 and nothing else", "the Parquet data are damaged|needs pyarrow"),
        (None, "cannot be read: No such file"),
    ],
    ids=["not UTF-8", "not JSON", "empty", "broken Parquet", "missing"],
)
def test_files_that_cannot_be_read_end_with_2_and_leave_no_file(
    files: Files, which: str, content: bytes | None, said: str
) -> None:
    file: Path = getattr(files, which)
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    ended = files.export()
    assert (ended.code, ended.err.startswith(f"error: {file}")) == (2, True)
    assert re.search(said, ended.err)
    assert files.left == []


def test_results_of_an_earlier_version_are_refused_with_what_to_do(files: Files) -> None:
    lines = [json.loads(line) for line in files.results.read_text().splitlines()]
    files.write(files.results, *({k: v for k, v in line.items() if "sha256" not in k} for line in lines))
    ended = files.export()
    assert ended.code == 2
    assert "has no `program_sha256`" in ended.err
    assert "judge the samples again" in ended.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--per-problem", "0"), "Invalid value for '--per-problem'"),
        (("--min-tests", "0"), "Invalid value for '--min-tests'"),
        (("--max-false-positives", "1.5"), "Invalid value for '--max-false-positives'"),
        (("--max-false-positives", "nan"), "Invalid value for '--max-false-positives'"),
        (("--out-style", "text"), "'text' is not known; allowed: prompt-completion, chat, messages"),
        (("--format", "none"), "'none' is not known; allowed: humaneval"),
        (("--distinct", "cluster"), "'cluster' is not one of 'program', 'behaviour'"),
        (("--languages", "klingon"), "'klingon' is not known"),
        (("--fenced", "--completion-field", "a"), "leave one out"),
    ],
)
def test_options_out_of_range_are_refused(files: Files, options: tuple[str, ...], said: str) -> None:
    ended = files.export(*options)
    assert (ended.code, files.left) == (2, [])
    assert said in re.sub(r"\s+", " ", re.sub("[│╭╮╰╯─]", "", ended.err))


def test_an_out_that_cannot_be_written_is_refused_before_any_work(files: Files, tmp_path: Path) -> None:
    files.results.write_text("no JSON\n")
    for out, said in ((tmp_path / "nowhere" / "t.parquet", "no such folder"), (tmp_path, "it is a folder")):
        ended = files.export("--out", out)
        assert (ended.code, said in ended.err) == (2, True)


def test_errors_are_json_where_json_is_asked_for(files: Files) -> None:
    files.results.write_text("no JSON\n")
    ended = files.export("--json")
    assert ended.code == 2
    assert "not JSON" in json.dumps(ended.json_lines)


def test_given_prompts_and_other_fields_are_taken(files: Files, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.jsonl"
    files.write(prompts, {"task_id": "T/0", "prompt": [{"role": "user", "content": "Given."}]})
    ended = files.export("--prompts", prompts, "--out-style", "messages", "--fenced", "--per-problem", "1")
    assert ended.code == 0
    assert [row["messages"] for row in files.rows] == [
        [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": "```python\nACCEPTED\n```\n"},
        ]
        for asked in ("Given.", "Write 1.")
    ]
    assert files.export("--prompts", tmp_path / "none.jsonl").code == 2
