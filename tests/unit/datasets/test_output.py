"""A result file is whole or absent, and a spool gives back what it was given."""

from __future__ import annotations

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
