"""Runs inside a sandbox, as the program under test: unpacks a working folder, does one thing in it, packs it.

It is sent as text and needs the standard library alone. The only entry of its working directory is a folder
with an unguessable name: `call.json` says what is to be done, `packed` is the working folder as an earlier
run packed it. Both are gone while a command runs. At the end the folder holds `answer` and, where something
may have changed, `packed`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import IO, Any

FASTEST = 1  # of zlib's levels: what is saved is the way to the caller and back, not disk


def main() -> None:
    """Do what the call says."""
    (exchange,) = Path().iterdir()
    call = json.loads((exchange / "call.json").read_text("utf-8"))
    with contextlib.suppress(FileNotFoundError):
        _unpack(exchange / "packed")
    shutil.rmtree(exchange)
    try:
        told, contents = _DEEDS[call["deed"]](call)
    except OSError as fault:
        told, contents = {"errno": fault.errno, "fault": str(fault)}, []
    Path().chmod(0o700)  # a command may have closed it
    exchange.mkdir()
    told["sizes"] = [len(content) for content in contents]
    answer = json.dumps(told).encode() + b"\n" + b"".join(contents)
    (exchange / "answer").write_bytes(zlib.compress(answer, FASTEST))
    if call["deed"] != "read":
        _pack(exchange / "packed")


def _execute(call: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Run a command; its outputs come back with one byte more than may, if there is more."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(
            call["cmd"],
            stdout=stdout,
            stderr=stderr,
            cwd=call["cwd"],
            env=os.environ | call["env"],
            start_new_session=True,
        )
        try:
            told: dict[str, Any] = {"returncode": process.wait(call["timeout_s"])}
        except subprocess.TimeoutExpired:
            told = {"timed_out": True}
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return told, [_head(output, call["most_bytes"]) for output in (stdout, stderr)]


def _read(call: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    with Path(call["file"]).open("rb") as file:
        return {}, [_head(file, call["most_bytes"])]


def _write(call: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Write what is on standard input."""
    path = Path(call["file"])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return {}, []


_DEEDS = {"execute": _execute, "read": _read, "write": _write}


def _head(file: IO[bytes], most_bytes: int) -> bytes:
    file.seek(0)
    return file.read(most_bytes + 1)


def _unpack(packed: Path) -> None:
    # What is unpacked was packed here, of files that a command made: it may have any links and modes.
    tarfile.TarFile.extraction_filter = staticmethod(lambda member, _: member)
    with tarfile.open(packed) as archive:
        archive.extractall()  # noqa: S202


def _pack(target: Path) -> None:
    with tarfile.open(target, "w:gz", compresslevel=FASTEST) as archive:
        for path in sorted(Path().iterdir()):
            if path != target.parent:
                archive.add(path, filter=_opened)


def _opened(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Make readable what its owner closed: its mode in the archive stays."""
    if entry.isdir() or entry.isreg():
        Path(entry.name).chmod(entry.mode | 0o700)
    return entry


if __name__ == "__main__":
    main()
