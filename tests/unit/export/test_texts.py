"""Prompt and completion are what the sampler had and wrote, in the columns that a trainer reads."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.unit.export.scene import a_task, held, result, sample, sampled
from verifierd.datasets.adapter import Sample
from verifierd.datasets.records import InputError
from verifierd.datasets.task import Task, after
from verifierd.export.choosing import Wanted, choose
from verifierd.export.completions import Completions
from verifierd.export.prompts import Prompt, read_prompts
from verifierd.export.styles import STYLES
from verifierd.export.traces import Making, Row, rows_of

TURNS = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Echo."}]


def row_of(
    one: Sample,
    task: Task | None = None,
    style: str = "prompt-completion",
    completions: Completions | None = None,
    prompts: dict[str, Prompt] | None = None,
) -> Row:
    task = task or a_task()
    making = Making(style, prompts or {}, completions or Completions(), "apps", "1.2", "2026-01-02")
    with held([one]) as samples:
        choice = choose(sampled(result(one), task=task), Wanted(1), lambda _: b"")
        (row,) = rows_of(choice, samples, making)
    return row


def test_each_style_has_the_columns_that_trl_reads() -> None:
    rows = {style: row_of(sample(), style=style) for style in STYLES}
    read = {"prompt", "completion", "messages", "text"}
    texts = {style: {key: row[key] for key in row.keys() & read} for style, row in rows.items()}
    user, assistant = {"role": "user", "content": "Echo."}, {"role": "assistant", "content": "print(1)"}
    assert texts == {
        "prompt-completion": {"prompt": "Echo.", "completion": "print(1)"},
        "chat": {"prompt": [user], "completion": [assistant]},
        "messages": {"messages": [user, assistant]},
    }


def test_a_row_says_where_it_comes_from() -> None:
    one = sample(model="m", temperature=0.8, note="\ud800")
    row = row_of(one)
    assert {key: row[key] for key in ("task_id", "sample_index", "language", "verdict")} == {
        "task_id": "T/0",
        "sample_index": 0,
        "language": "python",
        "verdict": "ACCEPTED",
    }
    assert row["problem"] == {"samples": 1, "correct": 1, "pass_rate": 1.0}
    assert row["cluster"] == {"id": "c0", "samples": 1}
    assert (row["suite"]["tests"], len(row["suite"]["sha256"]), row["suite"]["checker"]) == (3, 64, None)
    provenance = row["provenance"]
    assert json.loads(provenance["sample_fields"]) == {"model": "m", "temperature": 0.8, "note": "\ud800"}
    assert provenance["program_sha256"] == result(one).program_sha256
    assert (provenance["dataset"], provenance["verifierd_version"]) == ("apps", "1.2")


def test_the_given_prompt_goes_before_the_sample_s_own_and_that_before_the_set_s() -> None:
    own = sample(prompt="Own.")
    assert row_of(sample())["prompt"] == "Echo."
    assert row_of(own)["prompt"] == "Own."
    assert row_of(own, prompts={"T/0": "Given."})["prompt"] == "Given."
    assert row_of(own, prompts={"T/1": "Given."})["prompt"] == "Own."


def test_turns_are_kept_in_chats_and_refused_where_text_is_needed() -> None:
    one = sample(prompt=TURNS)
    answer = {"role": "assistant", "content": "print(1)"}
    assert row_of(one, style="chat")["prompt"] == TURNS
    assert row_of(one, style="messages")["messages"] == [*TURNS, answer]
    with pytest.raises(InputError, match=r"is a conversation.*--out-style chat or messages"):
        row_of(one)


def test_a_task_without_a_prompt_is_named_with_what_to_give() -> None:
    with pytest.raises(InputError, match=r"problems\.jsonl:1: task 'T/0' has no prompt.*--prompts"):
        row_of(sample(), a_task(prompt=None))
    assert row_of(sample(), a_task(prompt=None), prompts={"T/0": "Given."})["prompt"] == "Given."


@pytest.mark.parametrize(
    "prompt",
    [
        *("", " \n", "\ud800", 5, [], ["a"], {"role": "user", "content": "a"}),
        *([{"role": "user"}], [{"role": "me", "content": "a"}], [{"role": "user", "content": 5}]),
        [{"role": "user", "content": "a", "name": "b"}],
    ],
)
def test_what_is_neither_text_nor_turns_is_no_prompt(tmp_path: Path, prompt: Any) -> None:
    with pytest.raises(InputError, match="sample 0 of task 'T/0': field 'prompt'"):
        row_of(sample(prompt=prompt), style="chat")
    file = tmp_path / "prompts.jsonl"
    file.write_text(json.dumps({"task_id": "T/0", "prompt": prompt}))
    with pytest.raises(InputError, match=r"prompts\.jsonl:1: field 'prompt'"):
        read_prompts(file)


def test_prompts_are_read_by_task_and_each_once(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    lines = [{"task_id": 5, "prompt": "Five."}, {"task_id": "a", "prompt": TURNS}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert read_prompts(file) == {"5": "Five.", "a": TURNS}
    file.write_text(json.dumps(lines[0]) + "\n" + json.dumps(lines[0]))
    with pytest.raises(InputError, match=r"prompts\.jsonl:2: task_id '5' occurs twice"):
        read_prompts(file)
    file.write_text("")
    with pytest.raises(InputError, match="there is no prompt in this file"):
        read_prompts(file)


GOES_ON = a_task(prompt="def f():\n", complete=after("def f():\n"))


def completed(text: str, program: str, **fields: Any) -> Sample:
    return Sample("T/0", 0, program, "python", {"task_id": "T/0", "completion": text, **fields})


def test_prompt_and_completion_in_text_are_together_the_program_that_was_judged() -> None:
    program = "def f():\n    return 1\n"
    row = row_of(completed("    return 1\n", program), GOES_ON)
    assert row["prompt"] + row["completion"] == program
    row = row_of(sample(program=program), GOES_ON)
    assert row["prompt"] + row["completion"] == program


def test_a_whole_program_that_does_not_go_on_from_the_set_s_prompt_is_no_completion_of_it() -> None:
    other = sample(program="def f(): return 1\n")
    with pytest.raises(InputError, match="is a whole program, which does not go on from the set's prompt"):
        row_of(other, GOES_ON)
    with pytest.raises(InputError, match="is a whole program"):
        row_of(other, GOES_ON, completions=Completions(fenced=True))
    assert row_of(other, GOES_ON, style="messages")["messages"][1]["content"] == "def f(): return 1\n"
    own = sample(program="def f(): return 1\n", prompt="Write f.")
    assert row_of(own, GOES_ON)["completion"] == "def f(): return 1\n"


def test_what_the_set_s_evaluator_cuts_off_was_not_judged_and_is_not_exported() -> None:
    def cut(text: str) -> str:
        return text.split("\nclass")[0]

    task = a_task(prompt="def f():\n", complete=lambda text: "def f():\n" + cut(text), cut=cut)
    one = completed("    return 1\nclass Junk(", "def f():\n    return 1")
    assert row_of(one, task)["completion"] == "    return 1"


def test_another_field_or_the_program_in_a_fence_may_be_the_completion() -> None:
    one = completed("print(1)", "import os\nprint(1)", response="I think …\nprint(1)")
    row = row_of(one, completions=Completions(field="response"))
    assert row["completion"] == "I think …\nprint(1)"
    assert json.loads(row["provenance"]["sample_fields"]) == {}
    fenced = row_of(one, completions=Completions(fenced=True))["completion"]
    assert fenced == "```python\nimport os\nprint(1)\n```\n"


def test_a_fence_is_longer_than_any_in_the_program() -> None:
    completion = row_of(sample(program='x = "````"\n'), completions=Completions(fenced=True))["completion"]
    first, *_, last = completion.splitlines()
    assert (first, last) == ("`````python", "`````")
    assert Counter(completion.splitlines())["`````"] == 1


@pytest.mark.parametrize("fields", [{}, {"response": 5}, {"response": " "}, {"response": "\ud800"}])
def test_a_sample_without_text_in_the_field_is_named(fields: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="sample 0 of task 'T/0' has no text in its field 'response'"):
        row_of(sample(**fields), completions=Completions(field="response"))
