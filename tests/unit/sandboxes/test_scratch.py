"""What a run leaves in the scratch directories is seen, however it hides it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandboxes.inside.scratch import CLOCK_REALTIME_COARSE, Scratch


def a_file(folder: Path) -> None:
    (folder / "left").write_text("x")


def a_file_that_is_gone(folder: Path) -> None:
    (folder / "left").write_text("x")
    (folder / "left").unlink()


def a_file_under_old_times(folder: Path) -> None:
    before = folder.stat()
    (folder / "left").write_text("x")
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))


def another_mode(folder: Path) -> None:
    folder.chmod(0o711)


def the_same_mode_again(folder: Path) -> None:
    folder.chmod(folder.stat().st_mode & 0o777)


def old_times(folder: Path) -> None:
    os.utime(folder, ns=(1, 1))


MARKS = [
    a_file,
    a_file_that_is_gone,
    a_file_under_old_times,
    another_mode,
    the_same_mode_again,
    old_times,
]


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    made = [tmp_path / "a", tmp_path / "b"]
    for each in made:
        each.mkdir()
    return made


def next_tick() -> None:
    before = time.clock_gettime_ns(CLOCK_REALTIME_COARSE)
    while time.clock_gettime_ns(CLOCK_REALTIME_COARSE) == before:
        pass


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_of_a_later_run_is_seen(folders: list[Path], mark: Callable[[Path], None], which: int) -> None:
    scratch = Scratch([str(each) for each in folders])
    for _ in range(3):
        next_tick()
        scratch.begin()
        assert scratch.is_untouched()
    mark(folders[which])
    assert not scratch.is_untouched()


@pytest.mark.parametrize("mark", [a_file, a_file_under_old_times, another_mode, old_times])
def test_a_mark_is_seen_though_its_time_is_that_of_the_making(
    folders: list[Path], mark: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = Scratch([str(each) for each in folders])
    made_at = {str(each): each.stat().st_ctime_ns for each in folders}
    with monkeypatch.context() as within_one_tick:
        within_one_tick.setattr(time, "clock_gettime_ns", lambda _: max(made_at.values()))
        scratch.begin()
    mark(folders[0])
    stat = os.stat
    with monkeypatch.context() as within_one_tick:
        within_one_tick.setattr(os, "stat", lambda path: _Seen(stat(path), made_at[path]))
        is_untouched = scratch.is_untouched()
    assert not is_untouched


class _Seen:
    """A state of a file under another time of change: that of a kernel whose clock has not ticked."""

    def __init__(self, found: os.stat_result, changed_ns: int) -> None:
        self._found = found
        self.st_ctime_ns = changed_ns

    def __getattr__(self, name: str) -> object:
        return getattr(self._found, name)
