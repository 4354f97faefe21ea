"""The supervisor's line to the worker: what is held back comes whole and in order, and stops nobody."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator

import pytest

from sandboxes.inside import wire, worker_line
from sandboxes.inside.worker_line import WorkerLine

ROOM_BYTES = 1 << 16


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The worker's end of a line with room for so many bytes."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, ROOM_BYTES)
    os.set_blocking(reading, False)
    monkeypatch.setattr(worker_line, "COMMANDS_FD", reading)
    monkeypatch.setattr(worker_line, "ANSWERS_FD", writing)
    yield reading
    os.close(reading)
    os.close(writing)


def drained(reader: int) -> bytes:
    parts = []
    try:
        while part := os.read(reader, ROOM_BYTES):
            parts.append(part)
    except BlockingIOError:
        pass
    return b"".join(parts)


def test_a_frame_that_is_held_comes_with_the_next(reader: int) -> None:
    line = WorkerLine()
    line.hold({"run": 0}, [b"a"])
    assert drained(reader) == b""
    line.send({"run": 1}, [b"b"])
    assert drained(reader) == wire.pack({"run": 0}, [b"a"]) + wire.pack({"run": 1}, [b"b"])


def test_what_was_held_for_too_long_goes_with_the_next_frame(
    reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = WorkerLine()
    line.hold({"run": 0}, [])
    monkeypatch.setattr(worker_line, "HELD_S", 0.0)
    line.hold({"run": 1}, [])
    assert drained(reader) == wire.pack({"run": 0}) + wire.pack({"run": 1})


def test_in_the_middle_of_a_run_a_full_line_is_not_waited_for(
    reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_line, "HELD_BYTES", 1 << 20)
    line = WorkerLine()
    blobs = [b"x" * ROOM_BYTES, b"y" * ROOM_BYTES]
    for number, blob in enumerate(blobs):
        line.hold({"run": number}, [blob])
    line.flush_what_fits()  # it would stand still here
    came = drained(reader)
    assert 0 < len(came) <= ROOM_BYTES
    for _ in blobs:
        line.flush_what_fits()
        came += drained(reader)
    assert came == b"".join(wire.pack({"run": number}, [blob]) for number, blob in enumerate(blobs))
