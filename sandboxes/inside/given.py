"""What a run is given beside its input: arguments on its command line, files in its working directory.

It comes as one sealed file that only the run's own fork reads, before it becomes the program: so the files
are the run's own, and no other run finds a trace of them in the memory of its stage.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from . import wire

PIECE_BYTES = 1 << 16
FILE_MODE, PROGRAM_MODE, FOLDER_MODE = 0o644, 0o755, 0o755


def pack(arguments: Sequence[str], files: Sequence[tuple[str, bool, bytes]]) -> bytes:
    """Return arguments, and (path, whether it is a program, content) of each file, as one; empty if none."""
    if not arguments and not files:
        return b""
    header = {"arguments": list(arguments), "files": [each[:2] for each in files]}
    return wire.pack(header, [each[2] for each in files])


def take(given: int, directory: str) -> list[str]:
    """Put the files of a packed file into an empty folder and return the arguments.

    Raises:
        OSError: the folder has no room for them.
    """
    header_bytes, _ = wire.parse_prefix(os.pread(given, wire.PREFIX.size, 0))
    header = json.loads(os.pread(given, header_bytes, wire.PREFIX.size))
    offset = wire.PREFIX.size + header_bytes
    for (path, is_program), size_bytes in zip(header["files"], header["sizes"], strict=True):
        place = os.path.join(directory, path)
        os.makedirs(os.path.dirname(place), FOLDER_MODE, exist_ok=True)
        fd = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC)
        _copy(given, offset, size_bytes, fd)
        os.fchmod(fd, PROGRAM_MODE if is_program else FILE_MODE)
        os.close(fd)
        offset += size_bytes
    return list(header["arguments"])


def _copy(source: int, offset: int, size_bytes: int, target: int) -> None:
    end = offset + size_bytes
    while offset < end:
        offset += os.write(target, os.pread(source, min(PIECE_BYTES, end - offset), offset))
