"""A task's prompt is what its set asks a model, as it is published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from verifierd.datasets.adapter import Adapter
from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.adapters.codeforces import CODEFORCES
from verifierd.datasets.adapters.eurus import EURUS
from verifierd.datasets.adapters.humaneval_x import HUMANEVAL_X, HUMANEVALPACK
from verifierd.datasets.adapters.mbpp import MBPP
from verifierd.datasets.adapters.multipl_e import MULTIPL_E
from verifierd.datasets.prompts import in_field
from verifierd.datasets.records import Record
from verifierd.datasets.task import Rule

FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"
FIELDS = {
    "apps": "question",
    "taco": "question",
    "codecontests": "description",
    "livecodebench": "question_content",
    "deepcoder": "problem",
}
WITHOUT = {"quixbugs"}
COMPOSED = {"codeforces", "eurus", "mbpp"}


def record(**fields: Any) -> Record:
    return Record(Path("p"), 1, fields)


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_each_set_has_the_prompt_of_its_own_field(adapter: Adapter) -> None:
    file = FORMATS / f"{adapter.name}.jsonl"
    tasks = adapter.read_tasks(file, Rule())
    prompts = [task.prompt for task in tasks.values()]
    if adapter.name in WITHOUT:
        assert set(prompts) == {None}
    elif adapter.name in COMPOSED:
        assert any(prompts)
    else:
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        assert prompts == [line.get(FIELDS.get(adapter.name, "prompt")) for line in lines]
        assert any(prompts)


def test_sanitized_mbpp_has_its_prompt_under_another_name() -> None:
    assert MBPP.prompt(record(prompt="Write f.")) == "Write f."
    assert MBPP.prompt(record(prompt="x", text="Write f.")) == "Write f."


def test_a_statement_in_parts_is_put_together_under_the_site_s_headings() -> None:
    parts = {"description": "Add.", "input_format": "Two numbers.", "output_format": "One.", "note": None}
    assert CODEFORCES.prompt(record(**parts)) == "Add.\n\nInput\n\nTwo numbers.\n\nOutput\n\nOne."
    assert CODEFORCES.prompt(record(description=None)) is None


def test_of_a_conversation_it_is_what_the_user_says_last() -> None:
    turns = [{"role": "system", "content": "Think."}, {"role": "user", "content": "Add."}]
    assert EURUS.prompt(record(prompt=turns)) == "Add."
    for odd in (None, [], "Add.", [5], [{"role": "user"}], [turns[0]]):
        assert EURUS.prompt(record(prompt=odd)) is None


@pytest.mark.parametrize("value", [None, 5, [], {}, "", " \n", "\ud800"])
def test_what_is_no_text_is_no_prompt_and_no_error(value: Any) -> None:
    assert in_field("a", "b")(record(a=value)) is None
    assert in_field("a", "b")(record(a=value, b="text")) == "text"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("adapter", [HUMANEVAL_X, HUMANEVALPACK, MULTIPL_E], ids=lambda each: each.name)
def test_what_is_cut_off_a_completion_changes_nothing_of_the_program(adapter: Adapter, strict: bool) -> None:
    completion = "    return 1 }\n}\n\nclass Junk {\nint main() }\nfunc junk"
    kept = set()
    for task in adapter.read_tasks(FORMATS / f"{adapter.name}.jsonl", Rule(strict)).values():
        cut = task.cut(completion)
        assert completion.startswith(cut)
        assert task.complete(cut) == task.complete(completion)
        kept.add(cut)
    if strict and adapter is not MULTIPL_E:
        assert kept == {completion}
    else:
        assert kept - {completion}
