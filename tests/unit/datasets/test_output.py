"""A result file is whole or absent, and a spool gives back what it was given."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.datasets.output import whole_file
from verifierd.datasets.records import InputError
from verifierd.datasets.spool import Spool


def test_a_file_appears_at_the_end_only(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with whole_file(path) as stream:
        stream.write("half")
        assert not path.exists()
        stream.write(" and half\n")
    assert path.read_text() == "half and half\n"
    assert list(tmp_path.iterdir()) == [path]


def test_after_an_error_the_old_file_stands_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), whole_file(path) as stream:
        stream.write("new")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "results.jsonl"
    with pytest.raises(InputError, match=r"results\.jsonl: cannot be written"), whole_file(path):
        pytest.fail("nothing can be written there")


def test_a_folder_and_an_input_are_not_overwritten(tmp_path: Path) -> None:
    samples, link = tmp_path / "samples.jsonl", tmp_path / "link.jsonl"
    samples.write_text("kept")
    link.symlink_to(samples)
    for path, words in ((tmp_path, "it is a folder"), (samples, "also an input"), (link, "also an input")):
        with pytest.raises(InputError, match=words), whole_file(path, inputs=(samples,)):
            pytest.fail("nothing may be written there")
    assert samples.read_text() == "kept"


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    target.write_text("old")
    link.symlink_to(target)
    with whole_file(link) as stream:
        stream.write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with whole_file(pipe) as stream:
        stream.write("line\n")
    assert os.read(reading, 100) == b"line\n"
    os.close(reading)
    assert pipe.is_fifo()


def test_a_name_in_gz_is_gzipped(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl.gz"
    with whole_file(path) as stream:
        stream.write("line\n")
    assert gzip.decompress(path.read_bytes()) == b"line\n"


@given(st.dictionaries(st.integers(0, 40), st.lists(st.binary(max_size=300), min_size=1, max_size=3)))
def test_a_spool_gives_back_what_was_put_last_under_each_number(puts: dict[int, list[bytes]]) -> None:
    with Spool() as spool:
        for number, contents in puts.items():
            for content in contents:
                spool.put(number, content)
        assert {number: spool.get(number) for number in puts} == {
            n: contents[-1] for n, contents in puts.items()
        }
        for absent in set(range(45)) - set(puts):
            with pytest.raises(KeyError):
                spool.get(absent)


def test_a_spool_numbers_what_is_appended_from_zero() -> None:
    with Spool() as spool:
        assert [spool.append(b"a"), spool.append(b""), spool.append(b"c")] == [0, 1, 2]
        assert [spool.get(number) for number in range(len(spool))] == [b"a", b"", b"c"]
