"""Rows come back from their file as they were, in either form, and a failure leaves nothing."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.export.scene import a_task, held, result, sample, sampled
from verifierd.datasets.records import InputError, read_records
from verifierd.export import files
from verifierd.export.choosing import Wanted, choose
from verifierd.export.completions import Completions
from verifierd.export.files import check_out, write_rows
from verifierd.export.styles import STYLES
from verifierd.export.traces import Making, Row, rows_of


def rows(style: str, count: int = 3) -> list[Row]:
    samples = [sample(index, f"print({index})", note="größer") for index in range(count)]
    making = Making(style, {}, Completions(), "apps", "1", "now")
    with held(samples) as found:
        of_task = sampled(*map(result, samples), task=a_task())
        return list(rows_of(choose(of_task, Wanted(count), lambda each: bytes([each.number])), found, making))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["t.jsonl", "t.jsonl.gz", "t.parquet"])
def test_rows_are_read_as_they_were_written(
    tmp_path: Path, style: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    monkeypatch.setattr(files, "ROWS_AT_A_TIME", 2)
    out = tmp_path / name
    check_out(out, ())
    write_rows(rows(style), out, ())
    assert [dict(record.fields) for record in read_records(out)] == rows(style)
    assert list(tmp_path.iterdir()) == [out]
    if name.endswith(".gz"):
        assert gzip.decompress(out.read_bytes()).count(b"\n") == 3


def test_columns_that_are_null_throughout_have_their_type_in_parquet(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    out = tmp_path / "t.parquet"
    write_rows(rows("chat"), out, ())
    schema = parquet.read_schema(out)
    assert schema.names == list(rows("chat")[0])
    assert "null" not in str(schema)


@pytest.mark.parametrize("name", ["t.jsonl", "t.parquet"])
def test_after_an_error_what_was_there_stands(tmp_path: Path, name: str) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")

    def broken() -> Iterator[Row]:
        yield from rows("chat")
        raise ZeroDivisionError

    out = tmp_path / name
    out.write_text("earlier")
    with pytest.raises(ZeroDivisionError):
        write_rows(broken(), out, ())
    assert out.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [out]


def test_without_the_extra_parquet_is_refused_before_any_work_and_json_lines_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"t\.parquet: Parquet needs pyarrow: pip install"):
        check_out(tmp_path / "t.parquet", ())
    check_out(tmp_path / "t.jsonl", ())
    write_rows(rows("messages", 1), tmp_path / "t.jsonl", ())
    assert json.loads((tmp_path / "t.jsonl").read_text())["messages"][1]["content"] == "print(0)"
