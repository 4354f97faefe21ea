"""What a run is given arrives whole, and as its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandboxes.inside import given
from sandboxes.inside.stages import memory_file

LARGE = bytes(range(256)) * 1024 + b"!"


def take(packed: bytes, folder: Path) -> list[str]:
    fd = memory_file(packed)
    try:
        return given.take(fd, str(folder))
    finally:
        os.close(fd)


def test_nothing_is_packed_as_nothing() -> None:
    assert given.pack([], []) == b""


def test_arguments_arrive_in_order_and_files_at_their_paths(tmp_path: Path) -> None:
    files = [("a/b/large", False, LARGE), ("a/run.sh", True, b"#!/bin/sh"), ("leer é", False, b"")]
    assert take(given.pack(["--x", "", "é y"], files), tmp_path) == ["--x", "", "é y"]
    assert (tmp_path / "a/b/large").read_bytes() == LARGE
    assert (tmp_path / "leer é").read_bytes() == b""
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("a/b/large", "a/run.sh")]
    assert modes == [0o644, 0o755]


def test_a_file_is_never_written_over_another(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        take(given.pack([], [("x", False, b"1"), ("x", False, b"2")]), tmp_path)


def test_no_link_is_followed_that_lies_in_its_place(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "x").symlink_to(outside)
    with pytest.raises(FileExistsError):
        take(given.pack([], [("x", False, b"1")]), folder)
    assert not outside.exists()
