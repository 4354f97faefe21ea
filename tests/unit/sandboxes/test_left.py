"""What a hostile program left is looked at without following it anywhere, and within a bound."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sandboxes.inside import left

ROOM = 1 << 20


def look(folder: Path, *paths: str, room_bytes: int = ROOM) -> tuple[list[int | str], bytes]:
    """Look as a stage does, whose output somebody reads."""
    reading, writing = os.pipe()
    content = bytearray()

    def read() -> None:
        while piece := os.read(reading, 1 << 16):
            content.extend(piece)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        told = left.look([path.encode() for path in paths], str(folder), room_bytes, writing)
    finally:
        os.close(writing)
        reader.join()
        os.close(reading)
    return told, bytes(content)


def test_files_are_read_in_the_order_in_which_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"deep")
    (tmp_path / "é").write_bytes(b"")
    (tmp_path / "top").write_bytes(b"\0\xff" * 100_000)
    assert look(tmp_path, "top", "é", "a/b/c") == ([200_000, 0, 4], b"\0\xff" * 100_000 + b"deep")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


STATES: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda path: None, left.ABSENT),
    "a folder": (Path.mkdir, left.FOLDER),
    "a link to a file of the host": (lambda path: path.symlink_to("/etc/passwd"), left.LINK),
    "a link to a file beside it": (lambda path: path.symlink_to(path.parent / "beside"), left.LINK),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), left.LINK),
    "a link to itself": (lambda path: path.symlink_to(path.name), left.LINK),
    "a FIFO that nobody writes to": (os.mkfifo, left.OTHER),
    "a socket": (_socket, left.OTHER),
}


@pytest.mark.parametrize("name", STATES)
def test_what_is_no_file_is_named_and_not_read(tmp_path: Path, name: str) -> None:
    make, state = STATES[name]
    (tmp_path / "beside").write_bytes(b"content")
    make(tmp_path / "output")
    assert look(tmp_path, "output") == ([state], b"")


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (lambda path: None, left.ABSENT),
        (lambda path: path.write_bytes(b"a file"), left.ABSENT),
        (os.mkfifo, left.ABSENT),
        (lambda path: path.symlink_to("/etc"), left.LINK),
        (lambda path: path.symlink_to(path.parent / "beside"), left.LINK),
        (lambda path: path.symlink_to(path.name), left.LINK),
    ],
    ids=["nothing", "a file", "a FIFO", "a link to the host", "a link to a folder beside", "a loop"],
)
def test_no_way_leads_through_what_is_no_folder(
    tmp_path: Path, make: Callable[[Path], object], state: str
) -> None:
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "passwd").write_bytes(b"content")
    make(tmp_path / "way")
    assert look(tmp_path, "way/passwd", "way/to/passwd") == ([state, state], b"")


def test_a_sparse_file_is_told_by_its_size_and_not_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    (tmp_path / "small").write_bytes(b"x")
    assert look(tmp_path, "sparse", "small") == ([1 << 40, 1], b"")


def test_no_more_is_read_than_there_is_room_for(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode() * 600)
    assert look(tmp_path, *"abc", room_bytes=1200) == ([600, 600, 600], b"a" * 600 + b"b" * 600)


def test_a_file_that_is_asked_for_twice_by_two_names_is_read_twice(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    os.link(tmp_path / "a", tmp_path / "b")
    assert look(tmp_path, "a", "b") == ([1, 1], b"xx")


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").write_bytes(b"x")
    (tmp_path / "link").symlink_to("folder")
    before = sorted(Path("/proc/self/fd").iterdir())
    look(tmp_path, "folder/x", "link/x", "folder", "none", "folder/x/y")
    assert sorted(Path("/proc/self/fd").iterdir()) == before
