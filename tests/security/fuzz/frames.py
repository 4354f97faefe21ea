"""Frames of a supervisor that somebody else plays: right ones, changed ones, and bytes that are none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st

from sandboxes.inside.wire import PREFIX
from sandboxes.model import Ending

LARGE_BYTES = 1 << 20
RUNS, CALL_RUN = 3, 2  # the job's runs, the last of which is a call
AnswerBlobs = list[bytes]
Word = tuple[dict[str, Any], AnswerBlobs]
End = Literal["close", "echo", "silent"]


@dataclass(frozen=True, slots=True)
class Script:
    """What the stand-in says, what it shouts on standard error, and what it does then."""

    said: bytes
    shouted: bytes
    end: End


def answer(run: int) -> dict[str, Any]:
    """The header of an honest answer, without "sizes"."""
    return {
        "run": run,
        "ending": "finished",
        "exit_code": 0,
        "term_signal": None,
        "behaviour": None,
        "cpu_time_ns": 1_000_000,
        "wall_time_ns": 2_000_000,
        "peak_memory_bytes": 1 << 20,
        "started_at_ns": 1_700_000_000_000_000_000,
        "ended_at_ns": 1_700_000_000_002_000_000,
        "stdout_total_bytes": 3,
        "stderr_total_bytes": 0,
        "result_total_bytes": 2,
        "left": [],
        "left_total_bytes": 0,
    }


def frame(header: bytes, body: bytes) -> bytes:
    """Bytes with the prefix that belongs to them."""
    return PREFIX.pack(len(header), len(body)) + header + body


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 300)
    | st.sampled_from([-1, 1 << 31, 1 << 63, -(1 << 63) - 1, 10**400])
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "\x00", "finished", *(ending.value for ending in Ending)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)
results = st.sampled_from(
    [
        b"",
        b"{}",
        b'{"returned":3}',
        b'{"returned":{"$tuple":[1,2]}}',
        b'{"returned":',
        b'{"returned":' + b"[" * 5000,
        b'{"returned":{"$set":[[1]]}}',
        b'{"raised":["ValueError","no"]}',
        b'{"raised":["\\ud800",[[[]]]]}',
        b'{"raised":3}',
        b'"raised"',
        b'["raised"]',
        b"3",
        b"NaN",
        b'{"returned":1e999}',
        b'{"returned":' + b"9" * 6000 + b"}",
        b'{"raised":["E","' + b"x" * 70_000 + b'"]}',
    ]
)
outputs = st.sampled_from([b"", b"42\n", b"\xff\x00", b"x" * 100_000])


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """An answer of which much, little or nothing was changed."""
    header = answer(draw(st.integers(0, 3)))
    header["ending"] = draw(st.sampled_from([ending.value for ending in Ending]) | st.just("finished"))
    blobs = [draw(outputs), draw(outputs), draw(results)]
    if draw(st.booleans()):  # as an honest supervisor counts
        header["stdout_total_bytes"] = len(blobs[0])
    sizes: Any = None
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 4]))):
        more = ["done", "error", "broken_tests", "sizes", "blobs", "interactor", "deadlock"]
        key = draw(st.sampled_from([*header, *more]))
        if key == "blobs":
            blobs = draw(st.lists(outputs | results, max_size=5))
        elif key == "interactor":
            header[key] = draw(st.just(answer(0)) | st.just({**answer(0), "interactor": answer(0)}) | junk)
            blobs += draw(st.lists(outputs | results, min_size=3, max_size=4))
        elif key == "left":
            header[key] = draw(
                junk | st.lists(st.sampled_from([0, 3, "absent", "file", 1 << 62]), max_size=3)
            )
        elif key == "sizes":
            sizes = draw(junk | st.lists(st.integers(-5, 9) | junk, max_size=4))
        elif draw(st.booleans()):
            header[key] = draw(junk)
        else:
            header.pop(key, None)
    header["sizes"] = [len(blob) for blob in blobs] if sizes is None else sizes
    return frame(_text(header), b"".join(blobs))


ENDS_OF_JOB: list[dict[str, Any]] = [
    {"done": True},
    {"done": True, "cancelled": True},
    {"done": True, "error": "the test program left"},
    {"done": True, "broken_tests": "it asks nothing"},
    {"done": None, "broken_tests": [[]]},
]
ends_of_job = st.sampled_from(ENDS_OF_JOB).map(lambda header: frame(_text({**header, "sizes": []}), b""))

HEADERS = [
    b"[" * 200_000,
    b"9" * 100_000,
    b"NaN",
    b"\xff\xfe{\x00}\x00",
    b"null",
    b"[]",
    b'"sizes"',
    b'{"sizes":[1e999]}',
    b'{"sizes":{}}',
    b'{"sizes":"12"}',
    b'{"sizes":null}',
    b'{"sizes":[' + b"0," * (LARGE_BYTES // 2) + b"0]}",
    b'{"sizes":[' + b"[]," * (LARGE_BYTES // 3) + b"0]}",
]
LENGTHS = st.integers(0, 0xFFFFFFFF) | st.sampled_from([0, 1, 64 << 20, 1 << 30])
noise = st.one_of(
    st.binary(max_size=64),
    st.sampled_from(HEADERS).map(lambda header: frame(header, b"")),
    st.builds(PREFIX.pack, LENGTHS, LENGTHS),
    st.just(frame(b'{"sizes":[%d]}' % LARGE_BYTES, bytes(LARGE_BYTES))),
)
GREETING = frame(b'{"ready":true,"python":"3.11.2","sizes":[]}', b"")
greetings = st.sampled_from([GREETING] * 12 + [b"", frame(b'{"sizes":[]}', b""), GREETING * 2]) | noise
shouts = st.sampled_from(
    [b"", b"", b"last words\n", b"x" * 300_000, b"x" * 300_000 + b"\nlast words\n", b"\xff\n"]
)


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """A whole conversation, each part of which may be cut, doubled or out of turn."""
    parts = [honest_answer(run) for run in range(draw(st.integers(0, RUNS)))]
    parts += draw(st.lists(answers() | answers() | noise | ends_of_job, max_size=4))
    if draw(st.booleans()):
        parts.append(frame(b'{"done":true,"sizes":[]}', b""))
    if draw(st.sampled_from([False, False, True])):
        parts = draw(st.permutations(parts))
    said = bytearray(draw(greetings) + b"".join(parts))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        if said:
            said[draw(st.integers(0, len(said) - 1))] ^= 1 << draw(st.integers(0, 7))
    if draw(st.sampled_from([False, False, False, True])):
        del said[draw(st.integers(0, len(said))) :]
    end: End = draw(st.sampled_from([*["close"] * 10, "echo", "silent"]))
    return Script(bytes(said), draw(shouts), end)


def honest_answer(run: int) -> bytes:
    """What a supervisor answers of a run that is right."""
    blobs = [b"42\n", b"", b'{"returned":42}' if run == CALL_RUN else b""]
    return frame(_text({**answer(run), "sizes": [len(blob) for blob in blobs]}), b"".join(blobs))


def words(said: bytes) -> list[Word]:
    """The frames at the beginning of the bytes, read independently of the product."""
    found: list[Word] = []
    while len(said) >= PREFIX.size:
        header_bytes, body_bytes = PREFIX.unpack_from(said)
        end = PREFIX.size + header_bytes + body_bytes
        if len(said) < end:
            break
        try:
            header = json.loads(said[PREFIX.size : PREFIX.size + header_bytes])
            sizes = header["sizes"]
            blobs, offset = [], PREFIX.size + header_bytes
            for size in sizes:
                blobs.append(said[offset : offset + size])
                offset += size
        except (ValueError, TypeError, LookupError, RecursionError):
            break
        found.append((header, blobs))
        said = said[end:]
    return found


def _text(header: dict[str, Any]) -> bytes:
    return json.dumps(header, separators=(",", ":")).encode()
