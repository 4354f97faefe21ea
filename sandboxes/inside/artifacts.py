"""The folder of a program that is no Python: what a compiler reads and leaves, and what the runs find.

It goes from the compiler's stage to those of the runs as one sealed file, so nothing else does.
"""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator

from . import wire

DIRECTORY = "/program"
MAX_FILES, MAX_BYTES, MAX_DEPTH = 1000, 64 << 20, 64
OWNER_EXECUTES = 0o100
FILE_MODE, PROGRAM_MODE, DIRECTORY_MODE = 0o444, 0o555, 0o755


class NotCollected(Exception):
    """What the compiler left cannot be taken; the message says why."""


def unpack(packed: bytes, directory: str = DIRECTORY) -> None:
    """Write the files into an empty folder. Raises OSError where it has no room."""
    for name, executable, content in _files(packed):
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), DIRECTORY_MODE, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(content)
            os.fchmod(fd, PROGRAM_MODE if executable else FILE_MODE)


def pack(files: list[tuple[str, bool, bytes]]) -> bytes:
    """Return (name, whether it is a program, content) of each file as one."""
    return wire.pack({"files": [each[:2] for each in files]}, [each[2] for each in files])


def with_originals(packed: bytes, folder: bytes) -> bytes:
    """Return what a compiler left; what it had found is as it was, for some run the program's own code."""
    originals = {file[0]: file for file in _files(folder)}
    return pack([originals.get(file[0], file) for file in _files(packed)])


def collect(patterns: list[str], directory: str = DIRECTORY) -> bytes:
    """Return what a compiler left that fits a pattern. Raises NotCollected.

    The compiler is gone, and what it made is read without following any link, in case it made one.
    """
    files: list[tuple[str, bool, bytes]] = []
    total_bytes = 0
    for path, found in _entries(directory):
        relative = os.path.relpath(path, directory)
        if not any(fnmatch.fnmatch(relative, pattern) for pattern in patterns):
            continue
        if not stat.S_ISREG(found.st_mode):
            raise NotCollected(f"{relative} is not a file")
        total_bytes += found.st_size
        if total_bytes > MAX_BYTES or len(files) == MAX_FILES:
            raise NotCollected(f"more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB were made")
        files.append((relative, bool(found.st_mode & OWNER_EXECUTES), _content(path, relative)))
    if not files:
        raise NotCollected(f"nothing was made that is named {' or '.join(patterns)}")
    return pack(files)


def _entries(directory: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield what is in a folder and in those in it, but folders, in order of names. Raises NotCollected."""
    waiting = [(directory, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
                else:
                    yield entry.path, entry.stat(follow_symlinks=False)
        except OSError as error:  # made unreadable, or with too long a path
            raise NotCollected(f"a folder that was made cannot be read: {error.strerror}") from None
        if depth > MAX_DEPTH and waiting:
            raise NotCollected(f"folders nest deeper than {MAX_DEPTH}")


def _content(path: str, relative: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:  # it was made unreadable
        raise NotCollected(f"{relative} cannot be read: {error.strerror}") from None
    with open(fd, "rb") as file:
        return file.read()


def _files(packed: bytes) -> list[tuple[str, bool, bytes]]:
    header, blobs = _unpacked(packed)
    return [
        (name, executable, content)
        for (name, executable), content in zip(header["files"], blobs, strict=True)
    ]


def _unpacked(packed: bytes) -> tuple[dict[str, list[tuple[str, bool]]], list[bytes]]:
    header_bytes, blobs_bytes = wire.parse_prefix(packed[: wire.PREFIX.size])
    body = packed[wire.PREFIX.size :]
    return wire.unpack(body[:header_bytes], body[header_bytes : header_bytes + blobs_bytes])
