"""`asserts` runs of Python: the candidate serves calls, and the test program makes them next door."""

from __future__ import annotations

import hashlib
import json
import socket
from typing import Any

from .answers import Answer, count_output, name_asserts_ending, run_answer
from .factory import StageFactory
from .seats import Seat, Watching
from .sending import Orders
from .stages import Stage
from .watch import Party
from .zygotes import ASSERTS

GRACE_NS = 100_000_000  # for the other process to notice that its peer has ended
LIMITS = {"memory_bytes": 1 << 30, "processes": 64, "disk_bytes": 16 << 20}
CPU_FACTOR = 2


class Examiner:
    """Performs these runs of jobs, and owns the stage of the test programs.

    It serves all of them, until it keeps one that judges many candidates.
    """

    def __init__(self, factory: StageFactory, candidate: Seat, orders: Orders, watch: Watching) -> None:
        """`candidate` has the program ready before each run; `watch` makes the loop over a run's events."""
        self._factory = factory
        self._candidate = candidate
        self._orders = orders
        self._watch = watch
        self._is_at_work = self._keeps_tests = False
        self._last_tests = b""  # the digest of what was run last, and came to its end
        self._tester = self._spawn()

    @property
    def pid(self) -> int:
        """The process id of the test programs' stage."""
        return self._tester.pid

    def run(self, index: int, order: dict[str, Any], source: bytes, limits: dict[str, Any]) -> Answer:
        """Perform one run; `source` is the test program's.

        Raises:
            BrokenTests: the test program does not compile or asks nothing of the candidate.
            TestsLeft: it ended its process.
            StageLost: a stage ended, and no limit explains it.
        """
        is_known = self._meet(order["candidate_names"], source)
        stage, tester = self._candidate.stage, self._tester
        near, far = socket.socketpair()
        with near, far:
            pipes = self._orders.send(stage, {"kind": "candidate"}, b"", limits, peer=near.fileno())
            self._is_at_work = True
            (report,) = self._orders.send(
                tester,
                {**order, "kind": "tester", "is_known": is_known},
                source,
                limits,
                peer=far.fileno(),
                outputs=1,
            )
        candidate = Party(stage, limits["cpu_time_ns"])
        examiner = Party(tester, CPU_FACTOR * limits["cpu_time_ns"])
        for party in (candidate, examiner):
            party.stage.group.begin()
        facts = self._watch([candidate, examiner], [*pipes, report], limits["wall_time_ns"]).run(
            lambda: candidate.has_ended or examiner.has_ended
        )
        if facts.limit is None and not candidate.has_ended:
            self._watch([candidate], pipes, GRACE_NS).run(lambda: candidate.has_ended)
        answer = run_answer(index, facts, candidate)
        self._candidate.settle(candidate, facts)
        if not examiner.has_ended:  # the candidate's end of the line is closed: that ends the test program
            self._watch([examiner], [report], GRACE_NS).run(lambda: examiner.has_ended)
        if tester.group.out_of_memory():  # over what the candidate made it hold
            answer["ending"] = "memory_limit"
        self._settle(examiner)
        stdout, stderr, result, _ = self._orders.collect([*pipes, report])
        count_output(answer, pipes)
        said = name_asserts_ending(answer, candidate, examiner, bytes(report.content))
        return answer, [bytes(stdout.content), bytes(stderr.content), said or bytes(result.content)]

    def abandon(self) -> None:
        """End a test program that is at work: its answer, read by the next run, would end that too soon.

        Raises OSError where a process survives.
        """
        if self._is_at_work:
            self._renew()

    def _meet(self, names: list[str], source: bytes) -> bool:
        """Tell whether these tests were run last, and may be kept; no others may find them there."""
        digest = hashlib.sha256(json.dumps(names).encode() + source).digest()
        if self._keeps_tests and digest != self._last_tests:
            self._renew()
        is_known, self._last_tests = digest == self._last_tests, digest
        self._keeps_tests = self._keeps_tests or is_known
        return is_known

    def _settle(self, party: Party) -> None:
        if party.exited is None or not party.exited["clean"]:
            self._renew()
        elif party.exited["exit_code"] != 0:
            self._last_tests = b""
        self._is_at_work = False

    def _renew(self) -> None:
        self._is_at_work = self._keeps_tests = False
        self._last_tests = b""
        self._tester.end()
        self._tester = self._spawn()

    def _spawn(self) -> Stage:
        tester = self._factory.spawn("tester", b"", LIMITS, zygote=ASSERTS)
        tester.receive()
        return tester
