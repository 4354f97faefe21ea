"""A journal gives back what was written to it, whatever moment its writer was killed at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verifierd.datasets.journal import Journal, journal_beside
from verifierd.datasets.records import InputError

ENTRIES = [{"sample": number, "line": {"verdict": "ACCEPTED", "detail": "ä\n"}} for number in range(3)]


def written(path: Path) -> bytes:
    with Journal(path, "key") as journal:
        for entry in ENTRIES:
            journal.add(entry)
    return path.read_bytes()


def test_entries_come_back_in_their_order(tmp_path: Path) -> None:
    written(tmp_path / "j")
    with Journal(tmp_path / "j", "key") as journal:
        assert list(journal.entries()) == ENTRIES


def test_cut_off_at_any_byte_it_has_its_whole_lines_and_takes_more(tmp_path: Path) -> None:
    content, path = written(tmp_path / "j"), tmp_path / "torn"
    for size in range(len(content)):
        path.write_bytes(content[:size])
        whole = max(content[:size].count(b"\n") - 1, 0)
        with Journal(path, "key") as journal:
            assert list(journal.entries()) == ENTRIES[:whole]
            journal.add({"more": size})
        with Journal(path, "key") as journal:
            assert list(journal.entries()) == [*ENTRIES[:whole], {"more": size}]


def test_there_is_no_file_before_the_first_entry_nor_after_the_end(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", "key") as journal:
        assert list(journal.entries()) == []
        assert not journal_file(tmp_path)
        journal.add(ENTRIES[0])
        assert journal_file(tmp_path)
        journal.finish()
    assert not journal_file(tmp_path)


def journal_file(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def test_the_journal_of_another_evaluation_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    content = written(tmp_path / "j")
    with pytest.raises(InputError, match=r"j:1: this journal is of an evaluation with other problems"):
        Journal(tmp_path / "j", "other key")
    assert (tmp_path / "j").read_bytes() == content


@pytest.mark.parametrize("content", ["dear diary\n", "dear diary"])
def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    (tmp_path / "j").write_text(content)
    with pytest.raises(InputError, match=r"j:1: the journal is damaged here"):
        Journal(tmp_path / "j", "key")
    assert (tmp_path / "j").read_text() == content


def test_a_damaged_line_before_the_last_is_named(tmp_path: Path) -> None:
    path = tmp_path / "j"
    head, first, *others = written(path).splitlines(keepends=True)
    path.write_bytes(b"".join([head, first[:-5] + b"\n", *others]))
    with Journal(path, "key") as journal, pytest.raises(InputError, match=re.escape(f"{path}:2: ")):
        list(journal.entries())


def test_two_processes_do_not_write_one_journal(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", "key") as first:
        with Journal(tmp_path / "j", "key") as second:
            first.add(ENTRIES[0])
            with pytest.raises(InputError, match="another evaluation is writing this journal"):
                second.add(ENTRIES[0])
        with pytest.raises(InputError, match="another evaluation is writing this journal"):
            Journal(tmp_path / "j", "key")


def test_nothing_is_kept_where_results_go_to_a_device(tmp_path: Path) -> None:
    with journal_beside(Path("/dev/null"), "key") as journal:
        journal.add(ENTRIES[0])
        assert list(journal.entries()) == []
        journal.finish()
    assert journal.path is None


def test_it_lies_beside_the_results_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "there" / "results.jsonl")
    assert journal_beside(tmp_path / "out", "key").path == tmp_path / "there" / "results.jsonl.journal"
