"""A batch that is given up frees its sandboxes at once, and nothing of its programs runs on."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psutil
import pytest

from tests.conformance.cases import MIB
from tests.support.backends import Service
from verifierd_client import (
    AssertsTest,
    Candidate,
    DeadlineExceeded,
    Limits,
    Options,
    Problem,
    StdioTest,
    StopReason,
    Verdict,
    Verifier,
)

SANDBOXES = 2
AT_ONCE_S = 3.0
SEEN_WITHIN_S = 20.0
GIVEN_UP_AFTER_S = 2.5
LIMITS = Limits(
    cpu_time_s=60.0, wall_time_s=300.0, memory_bytes=256 * MIB, output_bytes=64 * MIB, processes=64
)
# gVisor's programs are no processes of the host.
HIDDEN = {"docker-runsc"}

# Each has a child of another program, whose command line carries the mark, and goes on for minutes.
CHILD = (
    "import os, subprocess, sys, time\n"
    "subprocess.Popen(['/usr/bin/python3', '-ISc', 'import time; time.sleep(299)', '{mark}'])\n"
)
PROGRAMS = {
    "sleeps": "time.sleep(299)",
    "computes": "while True: pass",
    "forks and ignores signals": """
import signal
for number in (1, 2, 3, 14, 15): signal.signal(number, signal.SIG_IGN)
for _ in range(5): os.fork()
while True: time.sleep(1)
""",
    "writes": "while True:\n    os.write(1, b'x')\n    time.sleep(0.001)",
    "is stopped": "import signal\nos.kill(os.getpid(), signal.SIGSTOP)",
}


class Batch:
    """Programs that keep all sandboxes busy, and the mark by which their processes are found."""

    def __init__(self, verifier: Verifier, service: Service, name: str) -> None:
        """Begin nothing yet."""
        self.verifier = verifier
        self.hidden = service.backend.name in HIDDEN
        self.mark = f"mark-{uuid.uuid4().hex}"
        source = CHILD.format(mark=self.mark) + PROGRAMS[name]
        self.problem = Problem("long", [StdioTest("", "quick\n")], LIMITS)
        self.busy = [Candidate(f"{source}\n# {n}", id=f"busy {n}") for n in range(2 * SANDBOXES)]

    def wait_until_it_runs(self) -> None:
        """Return once every sandbox has a program of this batch."""
        if self.hidden:
            time.sleep(1.0)
            return
        ends_at = time.monotonic() + SEEN_WITHIN_S
        while len(self.processes()) < SANDBOXES:
            assert time.monotonic() < ends_at, "the programs did not start"

    def processes(self) -> list[psutil.Process]:
        """Return the marked processes of this host."""
        return [
            each for each in psutil.process_iter(["cmdline"]) if self.mark in (each.info["cmdline"] or ())
        ]


@pytest.fixture
def batch(verifier: Verifier, service: Service, request: pytest.FixtureRequest) -> Batch:
    return Batch(verifier, service, getattr(request, "param", "sleeps"))


@contextmanager
def frees_the_sandboxes_at_once(batch: Batch) -> Iterator[None]:
    """Hold that after the block all sandboxes answer, and that no process of the batch is left."""
    yield
    began = time.monotonic()
    quick = [f"print('quick') # {n}" for n in range(2 * SANDBOXES)]
    result = batch.verifier.verify(Problem("next", [StdioTest("", "quick\n")]), quick, timeout_s=60.0)
    assert [each.verdict for each in result.results] == [Verdict.ACCEPTED] * len(quick)
    assert time.monotonic() - began < AT_ONCE_S
    left = psutil.wait_procs(batch.processes(), AT_ONCE_S)[1]
    assert left == []


@pytest.mark.parametrize("batch", PROGRAMS, indirect=True)
def test_closing_the_stream_ends_whatever_runs(batch: Batch) -> None:
    with frees_the_sandboxes_at_once(batch):
        stream = batch.verifier.stream(batch.problem, [Candidate("print('quick')", id="quick"), *batch.busy])
        with closing(stream):
            assert next(stream).candidate_id == "quick"
            batch.wait_until_it_runs()


@pytest.mark.parametrize("batch", ["computes", "is stopped"], indirect=True)
def test_an_expired_deadline_of_the_call_ends_whatever_runs(batch: Batch) -> None:
    with frees_the_sandboxes_at_once(batch), ThreadPoolExecutor(1) as client:
        call = client.submit(batch.verifier.verify, batch.problem, batch.busy, timeout_s=GIVEN_UP_AFTER_S)
        batch.wait_until_it_runs()
        with pytest.raises(DeadlineExceeded):
            call.result()


@pytest.mark.parametrize("batch", ["computes"], indirect=True)
def test_the_sudden_end_of_the_client_ends_whatever_runs(batch: Batch) -> None:
    code = (
        "import sys, verifierd_client as c\n"
        "problem = c.Problem('long', [c.StdioTest('', '')], c.Limits(cpu_time_s=60.0, wall_time_s=300.0))\n"
        "c.Verifier(sys.argv[1]).verify(problem, sys.argv[2:])"
    )
    sources = [str(each.source) for each in batch.busy]
    client = subprocess.Popen(
        [sys.executable, "-c", code, batch.verifier.address, *sources], env={"PYTHONPATH": ":".join(sys.path)}
    )
    with frees_the_sandboxes_at_once(batch):
        try:
            batch.wait_until_it_runs()
        finally:
            client.kill()
            client.wait()


def test_an_expired_budget_of_time_ends_what_runs_and_says_so(batch: Batch) -> None:
    with frees_the_sandboxes_at_once(batch):
        result = batch.verifier.verify(
            batch.problem,
            [Candidate("print('quick')", id="quick"), *batch.busy],
            Options(time_budget_s=GIVEN_UP_AFTER_S),
        )
    assert result.summary.stop_reason is StopReason.DEADLINE
    assert result["quick"].verdict is Verdict.ACCEPTED
    assert {result[each.id].verdict for each in batch.busy} == {Verdict.CANCELLED}


def test_enough_accepted_ends_what_runs_and_says_so(batch: Batch) -> None:
    quick = Candidate("import time\ntime.sleep(0.5)\nprint('quick')", id="quick")
    with frees_the_sandboxes_at_once(batch):
        result = batch.verifier.verify(
            batch.problem, [batch.busy[0], quick, *batch.busy[1:]], Options(stop_after_accepted=1)
        )
    assert result.summary.stop_reason is StopReason.ACCEPTED_ENOUGH
    assert result["quick"].verdict is Verdict.ACCEPTED
    assert {result[each.id].verdict for each in batch.busy} == {Verdict.CANCELLED}


@pytest.mark.parametrize("batch", ["computes"], indirect=True)
def test_a_spent_budget_of_cpu_time_starts_nothing_more(batch: Batch) -> None:
    spender = "import time\nwhile time.process_time() < 0.3: pass\nprint('quick')"
    candidates = [Candidate(f"{spender} # {n}", id=str(n)) for n in range(30)]
    with frees_the_sandboxes_at_once(batch):
        result = batch.verifier.verify(batch.problem, candidates, Options(cpu_budget_s=1.0))
    assert result.summary.stop_reason is StopReason.BUDGET
    assert result.counts[Verdict.ACCEPTED] + result.counts[Verdict.CANCELLED] == len(candidates)
    assert 3 <= result.counts[Verdict.ACCEPTED] <= 3 + SANDBOXES


def test_a_test_program_that_runs_next_door_ends_too(batch: Batch) -> None:
    source = CHILD.format(mark=batch.mark) + "def f():\n    time.sleep(299)"
    problem = Problem("asserts", [AssertsTest("assert f() == 1")], LIMITS)
    candidates = [f"{source}\n# {n}" for n in range(SANDBOXES)]
    with frees_the_sandboxes_at_once(batch), pytest.raises(DeadlineExceeded):
        batch.verifier.verify(problem, candidates, timeout_s=GIVEN_UP_AFTER_S)


def test_what_waits_behind_other_batches_is_given_up_as_fast(batch: Batch) -> None:
    with frees_the_sandboxes_at_once(batch):
        stream = batch.verifier.stream(batch.problem, [Candidate("print('quick')", id="quick"), *batch.busy])
        with closing(stream):
            next(stream)
            batch.wait_until_it_runs()
            began = time.monotonic()
            with pytest.raises(DeadlineExceeded):
                batch.verifier.verify(batch.problem, ["print('quick')"], timeout_s=0.5)
            assert time.monotonic() - began < AT_ONCE_S


def test_batches_that_are_given_up_all_the_time_hold_up_nobody(batch: Batch) -> None:
    def give_up() -> None:
        for _ in range(5):
            with pytest.raises(DeadlineExceeded):
                batch.verifier.verify(batch.problem, batch.busy, timeout_s=0.2)

    with frees_the_sandboxes_at_once(batch), ThreadPoolExecutor(4) as clients:
        for done in [clients.submit(give_up) for _ in range(4)]:
            done.result()
