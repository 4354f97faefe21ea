"""Sets that are published as Parquet give the tasks that they give as JSON lines; damage is named."""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from verifierd.datasets.adapter import read_samples
from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.records import InputError, read_records
from verifierd.datasets.task import Rule, Task

pyarrow = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
pq = pytest.importorskip("pyarrow.parquet")

FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"
PUBLISHED_AS_PARQUET = ("codecontests", "codeforces", "deepcoder", "eurus", "synthetic1", "taco")


def write(file: Path, rows: list[dict[str, Any]], **options: Any) -> Path:
    pq.write_table(pyarrow.Table.from_pylist(rows), file, **options)
    return file


def fields_of(file: Path) -> list[dict[str, Any]]:
    return [dict(record.fields) for record in read_records(file)]


@pytest.mark.parametrize("name", PUBLISHED_AS_PARQUET)
def test_each_row_is_the_task_that_its_line_is(name: str, tmp_path: Path) -> None:
    """One row a file: a fixture has rows of several published forms, and a table has one type a column."""

    def tasks(file: Path) -> list[tuple[Task, str]]:
        found = ADAPTERS[name].read_tasks(file, Rule()).values()
        return [(replace(each, place="", complete=str), each.complete("    pass\n")) for each in found]

    for number, record in enumerate(read_records(FORMATS / f"{name}.jsonl")):
        fields = json.loads(json.dumps(dict(record.fields)))
        line = tmp_path / f"{number}.jsonl"
        line.write_text(json.dumps(fields))
        assert tasks(write(tmp_path / f"{number}.parquet", [fields])) == tasks(line)


@pytest.mark.parametrize("name", PUBLISHED_AS_PARQUET)
def test_files_of_one_set_are_read_in_their_order(name: str, tmp_path: Path) -> None:
    adapter = ADAPTERS[name]
    whole = adapter.read_tasks(FORMATS / f"{name}.jsonl", Rule())
    rows = fields_of(FORMATS / f"{name}.jsonl")
    files = [write(tmp_path / f"{number}.parquet", [row]) for number, row in enumerate(rows)]
    parts = adapter.read_tasks(files, Rule())
    assert list(parts) == list(whole)
    assert [task.place for task in parts.values()] == [f"{file}:1" for file in files]


def test_a_task_id_that_two_files_have_is_named_with_both(tmp_path: Path) -> None:
    (row, *_) = fields_of(FORMATS / "codecontests.jsonl")
    files = [write(tmp_path / f"{number}.parquet", [row]) for number in range(2)]
    words = (
        re.escape(f"{files[1]}:1: task_id ")
        + ".* occurs twice; the first is at "
        + re.escape(f"{files[0]}:1")
    )
    with pytest.raises(InputError, match=words):
        ADAPTERS["codecontests"].read_tasks(files, Rule())


def test_a_file_of_a_set_without_rows_is_named(tmp_path: Path) -> None:
    (row, *_) = fields_of(FORMATS / "taco.jsonl")
    files = [write(tmp_path / "a", [row]), write(tmp_path / "b", [row][:0]), write(tmp_path / "c", [row])]
    with pytest.raises(InputError, match=re.escape(f"{files[1]}:1: there is no problem in this file")):
        ADAPTERS["taco"].read_tasks(files, Rule())


def test_samples_may_be_parquet(tmp_path: Path) -> None:
    tasks = ADAPTERS["taco"].read_tasks(FORMATS / "taco.jsonl", Rule())
    lines = [json.loads(line) for line in (FORMATS / "taco.samples.jsonl").read_text().splitlines()]
    expected = list(read_samples(FORMATS / "taco.samples.jsonl", tasks))
    found = list(
        read_samples(
            write(tmp_path / "s.parquet", [{"task_id": None, "solution": None} | line for line in lines]),
            tasks,
        )
    )
    assert [(each.task_id, each.program) for each in found] == [
        (each.task_id, each.program) for each in expected
    ]


def test_many_rows_in_several_row_groups_keep_their_numbers(tmp_path: Path) -> None:
    file = write(tmp_path / "many", [{"a": number} for number in range(1000)], row_group_size=70)
    assert [(each.line, each.index, each.fields["a"]) for each in read_records(file)] == [
        (number + 1, number, number) for number in range(1000)
    ]


def test_what_json_has_no_type_for_is_text(tmp_path: Path) -> None:
    row = {
        "day": date(2024, 2, 29),
        "price": Decimal("1.50"),
        "raw": "é".encode(),
        "deep": [{"b": b"x"}],
        "no": None,
    }
    assert fields_of(write(tmp_path / "t", [row])) == [
        {"day": "2024-02-29", "price": "1.50", "raw": "é", "deep": [{"b": "x"}], "no": None}
    ]


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
def test_every_compression_is_read(compression: str, tmp_path: Path) -> None:
    file = write(tmp_path / "c", [{"a": "x" * 5000}], compression=compression)
    assert fields_of(file) == [{"a": "x" * 5000}]


def test_gzipped_and_through_a_pipe(tmp_path: Path) -> None:
    plain = write(tmp_path / "t", [{"a": 1}, {"a": 2}])
    zipped = tmp_path / "t.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert fields_of(zipped) == [{"a": 1}, {"a": 2}]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(plain.read_bytes(),))
    writer.start()
    assert fields_of(pipe) == [{"a": 1}, {"a": 2}]
    writer.join()


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:4],
        lambda whole: whole[:4] + b"\xff" * 60 + whole[64:],
        lambda whole: whole[:-20] + b"\xff" * 12 + whole[-8:],
    ],
    ids=["last byte", "half", "magic alone", "first page", "metadata"],
)
def test_damaged_and_cut_off_data_are_named(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    whole = write(tmp_path / "t", [{"a": "some text", "b": number} for number in range(100)]).read_bytes()
    file = tmp_path / "bad.parquet"
    file.write_bytes(damage(whole))
    with pytest.raises(InputError, match=re.escape(f"{file}: the Parquet data are damaged or cut off")):
        list(read_records(file))


def test_a_changed_byte_is_found_by_its_checksum(tmp_path: Path) -> None:
    rows = [{"a": "x" * 50 + str(number)} for number in range(50)]
    whole = write(tmp_path / "t", rows, compression="none", use_dictionary=False, write_page_checksum=True)
    file = tmp_path / "bad.parquet"
    file.write_bytes(whole.read_bytes().replace(b"x17", b"y17", 1))
    with pytest.raises(InputError, match="the Parquet data are damaged or cut off"):
        list(read_records(file))


def test_text_that_is_not_utf_8_is_named_by_row_and_field(tmp_path: Path) -> None:
    texts = pyarrow.array([b"fine", b"\xff\xfe"]).view(pyarrow.string())
    file = tmp_path / "t"
    pq.write_table(pyarrow.table({"a": texts}), file)
    with pytest.raises(InputError, match=re.escape(f"{file}:2: field 'a' is not UTF-8")):
        list(read_records(file))
    raw = write(tmp_path / "raw", [{"a": b"\xff"}])
    (record,) = read_records(raw)
    with pytest.raises(InputError, match=re.escape(f"{raw}:1: field 'a' holds a lone surrogate")):
        record.text("a")


def test_a_missing_field_and_one_of_a_wrong_type_are_named_by_row(tmp_path: Path) -> None:
    good = {"question": "?", "input_output": '{"inputs": ["1"], "outputs": ["1"]}'}
    file = write(tmp_path / "t", [{"question": "?"}])
    with pytest.raises(InputError, match=re.escape(f"{file}:1: field 'input_output' is missing")):
        ADAPTERS["taco"].read_tasks(file, Rule())
    file = write(tmp_path / "t", [good, good | {"input_output": "{"}])
    with pytest.raises(InputError, match=re.escape(f"{file}:2: field 'input_output'")):
        ADAPTERS["taco"].read_tasks(file, Rule())


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "t", [{"a": 1}])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        InputError, match=re.escape(f"{file}: this is Parquet, which needs pyarrow: pip install")
    ):
        list(read_records(file))
