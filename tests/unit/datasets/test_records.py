"""A wrong line is named with its file, its number and what is wrong; a right one comes through as it is."""

from __future__ import annotations

import gzip
import os
import re
import threading
from pathlib import Path

import pytest

from verifierd.datasets.records import InputError, read_records


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
