"""Every published format is read as it is, and what does not fit is refused by file and line.

A format needs two files in `tests/data/formats`: `NAME.jsonl`, problems in the published form, and
`NAME.samples.jsonl`, samples of them with an `expected_verdict` each.
"""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from verifierd.datasets.adapter import Adapter, canonical_samples, read_samples
from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.records import InputError
from verifierd.datasets.task import Rule
from verifierd_client import AnswerTest, AssertsTest, CallTest, Limits, StdioTest

SPOILT: tuple[Any, ...] = (None, 7, [], {}, "", "{", [[None]])
FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"

pytestmark = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)


def lines_of(adapter: Adapter) -> list[str]:
    return (FORMATS / f"{adapter.name}.jsonl").read_text().splitlines(keepends=True)


@pytest.mark.parametrize("strict", [False, True], ids=["as-published", "strict"])
def test_the_fixture_is_read_whole(adapter: Adapter, strict: bool) -> None:
    file = FORMATS / f"{adapter.name}.jsonl"
    tasks = adapter.read_tasks(file, Rule(strict))
    assert [task.place.rpartition(":")[0] for task in tasks.values()] == [str(file)] * len(tasks)
    for task_id, task in tasks.items():
        assert task_id == task.task_id == task.problem.id
        assert task.unjudgeable or task.problem.tests
        assert {type(test) for test in task.problem.tests} <= {StdioTest, CallTest, AssertsTest, AnswerTest}
    assert {each.task_id for each in canonical_samples(tasks)} <= set(tasks)
    samples = list(read_samples(FORMATS / f"{adapter.name}.samples.jsonl", tasks))
    assert {sample.task_id for sample in samples} <= set(tasks)
    assert len(samples) >= 2


def test_the_help_is_one_line(adapter: Adapter) -> None:
    assert adapter.help == adapter.help.strip()
    assert 10 <= len(adapter.help) <= 58, "it stands beside the name on a line of 80 characters"
    assert "\n" not in adapter.help


def test_the_caller_s_limits_go_before_the_dataset_s(adapter: Adapter) -> None:
    limits = Limits(cpu_time_s=1.25, wall_time_s=7.0, memory_bytes=99 << 20)
    tasks = adapter.read_tasks(FORMATS / f"{adapter.name}.jsonl", Rule(limits=limits))
    for task in tasks.values():
        stated = task.problem.limits
        assert (stated.cpu_time_s, stated.wall_time_s, stated.memory_bytes) == (1.25, 7.0, 99 << 20)


def test_gzipped_problems_are_read_like_plain_ones(adapter: Adapter, tmp_path: Path) -> None:
    file = tmp_path / "p"
    file.write_bytes(gzip.compress("".join(lines_of(adapter)).encode()))
    plain = adapter.read_tasks(FORMATS / f"{adapter.name}.jsonl", Rule())
    assert list(adapter.read_tasks(file, Rule())) == list(plain)


def test_cut_off_gzip_data_are_named(adapter: Adapter, tmp_path: Path) -> None:
    file = tmp_path / "p.gz"
    file.write_bytes(gzip.compress("".join(lines_of(adapter)).encode())[:-9])
    with pytest.raises(InputError, match=rf"^{re.escape(str(file))}:\d+: the gzip data end too early"):
        adapter.read_tasks(file, Rule())


def test_a_line_that_is_not_json_is_named(adapter: Adapter, tmp_path: Path) -> None:
    file, lines = tmp_path / "p", lines_of(adapter)
    file.write_text(lines[0] + lines[0][:-5] + "\n")
    with pytest.raises(InputError, match=rf"^{re.escape(str(file))}:2: not JSON"):
        adapter.read_tasks(file, Rule())


def test_a_task_id_that_occurs_twice_is_named_with_the_first(adapter: Adapter, tmp_path: Path) -> None:
    """Where the file has no ids, rows are named by number, and a row that is there twice is two tasks."""
    file, lines = tmp_path / "p", lines_of(adapter)
    rows = [str(row) for row in range(len(lines) + 1)]
    named_by_row = list(adapter.read_tasks(FORMATS / f"{adapter.name}.jsonl", Rule())) == rows[:-1]
    file.write_text("".join([*lines, lines[0]]))
    if named_by_row:
        assert list(adapter.read_tasks(file, Rule())) == rows
        return
    with pytest.raises(
        InputError, match=rf":{len(lines) + 1}: task_id .* occurs twice; the first is at .*:1"
    ):
        adapter.read_tasks(file, Rule())


def test_a_missing_or_mistyped_field_is_named_by_its_line_or_not_needed(
    adapter: Adapter, tmp_path: Path
) -> None:
    """Whatever field is taken away or spoilt, the file is read or refused by its line: never a crash."""
    file = tmp_path / "p"
    refused = set[str]()
    for line in lines_of(adapter):
        record = json.loads(line)
        for key in record:
            others = {name: value for name, value in record.items() if name != key}
            for spoilt in (others, *({**record, key: bad} for bad in SPOILT)):
                file.write_text(json.dumps(spoilt) + "\n")
                try:
                    adapter.read_tasks(file, Rule())
                except InputError as error:
                    assert str(error).startswith(f"{file}:1: ")
                    if spoilt is others:
                        refused.add(key)
                        assert repr(key) in str(error)
    assert refused, "some field must be there"


def test_a_sample_for_an_unknown_task_is_named(adapter: Adapter, tmp_path: Path) -> None:
    tasks = adapter.read_tasks(FORMATS / f"{adapter.name}.jsonl", Rule())
    file = tmp_path / "s"
    file.write_text(json.dumps({"task_id": "nobody's", "solution": ""}) + "\n")
    with pytest.raises(InputError, match=rf"^{re.escape(str(file))}:1: task_id \"nobody's\" is not among"):
        list(read_samples(file, tasks))
