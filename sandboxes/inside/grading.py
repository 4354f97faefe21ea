"""One `answer` run: the expected answer and the candidate's are read, then compared, each in a process.

Two stages take part. The candidate's text is read in the one, where the expected answer never comes; the
expected answer is read in the other, and there what was read is compared, where the text never comes. So a
text that takes over its reader can give another answer, and it can fail, but it cannot say that it is right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from .answers import LIMIT_ENDINGS, Answer, BrokenTests
from .factory import StageFactory
from .stages import Stage
from .zygotes import ANSWERS

EXPECTED_CPU_NS = 5_000_000_000  # that a candidate's limit is narrow is no fault of what is expected
KEPT_EXPECTED = 64  # answers that were read; the candidates of a problem share theirs
NOTHING_READ = b"[]\n"
STAGES = 2
ADDED = ("cpu_time_ns", "wall_time_ns")


class Perform(Protocol):
    """Has a stage perform an order, and ends the stage by `end` where it cannot serve another one."""

    def __call__(
        self,
        stage: Stage,
        index: int,
        order: dict[str, Any],
        payload: bytes,
        limits: dict[str, Any],
        end: Callable[[], None],
    ) -> Answer:
        """Return the run's answer."""


class Grader:
    """Performs the `answer` runs of jobs."""

    def __init__(self, factory: StageFactory, perform: Perform) -> None:
        """Take what makes stages and what has them perform an order."""
        self._factory = factory
        self._perform = perform
        self._stages: dict[str, Stage] = {}
        self._expected: dict[bytes, bytes] = {}

    def run(
        self, index: int, order: dict[str, Any], text: bytes, expected: bytes, limits: dict[str, Any]
    ) -> Answer:
        """Return the answer of one run.

        Raises:
            BrokenTests: the expected answer cannot be read.
            StageLost: a stage ended, and no limit explains it.
        """
        wanted = self._read_expected(order, expected, limits)
        read = self._in("reader", index, {**order, "kind": "read", "is_expected": False}, text, limits)
        reading, (*_, found) = read
        if reading["ending"] != "finished":
            return read
        left = {
            **limits,
            "cpu_time_ns": limits["cpu_time_ns"] - reading["cpu_time_ns"],
            # Of a starved host's time comparing needs its share, whatever reading took of it.
            "wall_time_ns": max(
                limits["wall_time_ns"] - reading["wall_time_ns"], limits["wall_time_ns"] // 2
            ),
        }
        compared, blobs = self._in("comparer", index, {"kind": "compare"}, wanted + b"\n" + found, left)
        return _as_one(reading, compared, found), blobs

    def end(self) -> None:
        """End what stages there are. Raises OSError where a process survives."""
        for name in tuple(self._stages):
            self._end(name)

    def _read_expected(self, order: dict[str, Any], expected: bytes, limits: dict[str, Any]) -> bytes:
        read = self._expected.get(expected)
        if read is None:
            read = self._expected[expected] = self._first_read(order, expected, limits)
            if len(self._expected) > KEPT_EXPECTED:
                del self._expected[next(iter(self._expected))]
        return read

    def _first_read(self, order: dict[str, Any], expected: bytes, limits: dict[str, Any]) -> bytes:
        roomy = {
            **limits,
            "cpu_time_ns": max(limits["cpu_time_ns"], EXPECTED_CPU_NS),
            "wall_time_ns": limits["wall_time_ns"] + EXPECTED_CPU_NS,
        }
        order = {**order, "kind": "read", "is_expected": True, "is_choice": False}
        answer, (*_, read) = self._in("comparer", 0, order, expected, roomy)
        if answer["ending"] in LIMIT_ENDINGS:
            raise BrokenTests(f"reading it exceeded its {answer['ending']}")
        if answer["ending"] != "finished" or read.startswith(NOTHING_READ):
            raise BrokenTests("math-verify reads no expression in it")
        return read

    def _in(
        self, name: str, index: int, order: dict[str, Any], payload: bytes, limits: dict[str, Any]
    ) -> Answer:
        """Have the stage of that name perform an order; it is made where there is none."""
        stage = self._stages.get(name)
        if stage is None:
            stage = self._stages[name] = self._factory.spawn(name, b"", limits, zygote=ANSWERS)
            stage.receive()
        return self._perform(stage, index, order, payload, limits, partial(self._end, name))

    def _end(self, name: str) -> None:
        self._stages.pop(name).end()


def _as_one(reading: dict[str, Any], compared: dict[str, Any], found: bytes) -> dict[str, Any]:
    """Return the answer of both runs together: what the second says, and what both used."""
    answer = {**compared, "started_at_ns": reading["started_at_ns"]}
    answer |= {kind: reading[kind] + compared[kind] for kind in ADDED}
    answer["peak_memory_bytes"] = max(reading["peak_memory_bytes"], compared["peak_memory_bytes"])
    # The expressions alone, where there are some: the same one may have been written in many ways.
    told = found if found.startswith(NOTHING_READ) else found.partition(b"\n")[0]
    answer["behaviour"] = hashlib.sha256(told).hexdigest()
    return answer
