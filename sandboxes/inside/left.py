"""What a run left at the paths that are asked for.

It is looked at when no process of the run lives any more, so nothing changes meanwhile; as the run's own
user, so what the program could not read is not read; from folder to folder, and no link on the way or at its
end is followed. Only regular files are read.
"""

from __future__ import annotations

import os
import stat

ABSENT, FOLDER, LINK, CLOSED, OTHER = "absent", "folder", "link", "closed", "other"
STATES = frozenset({ABSENT, FOLDER, LINK, CLOSED, OTHER})
SEPARATOR = b"\0"  # between the paths that are asked for: no path has it in it
PIECE_BYTES = 1 << 16
LOOK_FLAGS = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class _NoFile(Exception):
    """There is no regular file; the message is the state instead."""


def look(paths: list[bytes], directory: str, room_bytes: int, output: int) -> list[int | str]:
    """Return for each path the size of the regular file that is there, or else what is (`STATES`).

    The files' contents are written to `output`, one after the other, up to the first by which they would take
    more than `room_bytes`. Raises OSError.
    """
    told: list[int | str] = []
    for path in paths:
        try:
            fd = _opened(path, directory)
        except _NoFile as found:
            told.append(str(found))
            continue
        size_bytes = os.fstat(fd).st_size
        room_bytes -= size_bytes
        if room_bytes >= 0:
            _send(fd, size_bytes, output)
        os.close(fd)
        told.append(size_bytes)
    return told


def _opened(path: bytes, directory: str) -> int:
    """Open a regular file by the parts of its path. Raises _NoFile and OSError."""
    *folders, name = path.split(b"/")
    here = os.open(directory, LOOK_FLAGS)
    try:
        for folder in folders:
            there = _step(folder, here)
            os.close(here)
            here = there
            kind = os.fstat(here).st_mode
            if not stat.S_ISDIR(kind):
                raise _NoFile(LINK if stat.S_ISLNK(kind) else ABSENT)
        there = _step(name, here)
        kind = os.fstat(there).st_mode
        os.close(there)
        if not stat.S_ISREG(kind):
            raise _NoFile(LINK if stat.S_ISLNK(kind) else FOLDER if stat.S_ISDIR(kind) else OTHER)
        return _open(name, READ_FLAGS, here)
    finally:
        os.close(here)


def _step(name: bytes, folder: int) -> int:
    return _open(name, LOOK_FLAGS, folder)


def _open(name: bytes, flags: int, folder: int) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        raise _NoFile(ABSENT) from None
    except PermissionError:
        raise _NoFile(CLOSED) from None


def _send(fd: int, size_bytes: int, output: int) -> None:
    while size_bytes:
        piece = memoryview(os.read(fd, min(PIECE_BYTES, size_bytes)))
        if not piece:
            raise OSError("a file that nobody writes to has become shorter")
        size_bytes -= len(piece)
        while piece:
            piece = piece[os.write(output, piece) :]
