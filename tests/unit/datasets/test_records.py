"""A wrong line is named with its file, its number and what is wrong; a right one comes through as it is."""

from __future__ import annotations

import gzip
import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from verifierd.datasets.records import InputError, Record, read_records


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_compression_is_told_by_content_not_by_name(tmp_path: Path, name: str, zipped: bool) -> None:
    content = '{"a": "é"}\n\n  \n{"a": 2}'.encode()
    file = tmp_path / name
    file.write_bytes(gzip.compress(content) if zipped else content)
    assert [(record.line, dict(record.fields)) for record in read_records(file)] == [
        (1, {"a": "é"}),
        (4, {"a": 2}),
    ]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b'{"a": 1}\nnot json\n', 2, "not JSON: "),
        (b'{"a": 1}\n[1]\n', 2, "must be a JSON object, and is a list"),
        (b"null\n", 1, "must be a JSON object, and is null"),
        (b'{"a": "\xff"}\n', 1, "not UTF-8: "),
        (b'{"a": 1\n', 1, "not JSON: "),
        (b'{"a": ' + b"[" * 200_000 + b"\n", 1, "not JSON that can be read: "),
        (b'{"a": ' + b"9" * 10_000 + b"}\n", 1, "not JSON that can be read: "),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(content)
    with pytest.raises(InputError, match=re.escape(f"{file}:{line}: {words}")):
        list(read_records(file))


def test_gzip_data_that_end_too_early_are_named_after_the_lines_before_them(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(b'{"number": %d}\n' % number for number in range(20_000)))
    file = tmp_path / "cut.jsonl.gz"
    file.write_bytes(whole[: len(whole) // 2])
    seen = 0
    with pytest.raises(InputError, match=r"cut\.jsonl\.gz:\d+: the gzip data end too early"):
        for record in read_records(file):
            seen = record.line
    assert seen > 100


def test_damaged_gzip_data_are_named(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(b'{"a": "some text that is long enough"}\n' * 50))
    whole[len(whole) // 2] ^= 0xFF
    file = tmp_path / "damaged.gz"
    file.write_bytes(whole)
    with pytest.raises(InputError, match=r"damaged\.gz:\d+: the gzip data"):
        list(read_records(file))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.jsonl: cannot be read: No such file"):
        list(read_records(tmp_path / "gone.jsonl"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"b": "x"}', "field 'a' is missing (fields here: b)"),
        ("{}", "field 'a' is missing (fields here: none)"),
        ('{"a": 3}', "field 'a' must be a string, and is a number"),
        ('{"a": null}', "field 'a' must be a string, and is null"),
        ('{"a": "\\ud800"}', "field 'a' holds a lone surrogate"),
    ],
)
def test_a_field_that_is_no_text_is_named(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "fields.jsonl"
    file.write_text(line)
    (record,) = read_records(file)
    with pytest.raises(InputError, match=re.escape(f"{file}:1: {words}")):
        record.text("a")


def test_a_pipe_can_be_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b'{"a": 1}\n{"a": 2}\n',))
    writer.start()
    assert [record.fields["a"] for record in read_records(pipe)] == [1, 2]
    writer.join()


def test_the_objects_of_a_list_are_records_with_the_line_that_each_begins_on(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text('\n[{"a": "}\\n{"},\n\n {"a":\n 2}, {"a": 3}\n]\n')
    assert [(each.line, each.fields["a"]) for each in read_records(file)] == [(2, "}\n{"), (4, 2), (5, 3)]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b'[{"a": 1},\n{"a": ]\n', 2, "not JSON: "),
        (b'[{"a": 1},\n7]\n', 2, "must be a JSON object, and is a number"),
        (b'[{"a": 1},\n\n{"a": "\xff"}]\n', 3, "not UTF-8: "),
        (b'[{"a": 1}]\n{"a": 1}\n', 2, "not JSON: Extra data"),
    ],
)
def test_what_is_wrong_in_a_list_is_named_by_its_line(
    tmp_path: Path, content: bytes, line: int, words: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    with pytest.raises(InputError, match=re.escape(f"{file}:{line}: {words}")):
        list(read_records(file))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "field 'a' is missing"),
        ({"a": "x"}, "field 'a' must be a list, and is a string"),
        ({"a": ["x", 1]}, "field 'a': item 1 must be a string, and is a number"),
        ({"a": ["\ud800"]}, "field 'a': item 0 must be a string, and is text with a lone surrogate"),
    ],
)
def test_a_list_of_strings_is_asked_for_by_name(tmp_path: Path, value: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        Record(tmp_path, 1, value).texts("a")
