"""At both ends of what a problem may ask for, programs get what is promised: neither less nor more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conformance.cases import MIB, ROOMY, run
from verifierd_client import AssertsTest, CallTest, Limits, Problem, StdioTest, Verifier

LEAST = Limits(
    cpu_time_s=0.5,  # the machine may be busy
    wall_time_s=10.0,
    memory_bytes=16 * MIB,
    output_bytes=4,
    processes=1,
    open_files=16,
    disk_bytes=4096,
)
MANY = replace(ROOMY, cpu_time_s=20.0, memory_bytes=1 << 30, processes=512, open_files=4096)


@pytest.mark.parametrize(
    "test",
    [StdioTest("1", "2"), CallTest("f", (1,), 2), AssertsTest("assert f(1) == 2")],
    ids=["stdio", "call", "asserts"],
)
def test_the_least_limits_leave_room_for_a_small_program(
    verifier: Verifier, test: StdioTest | CallTest | AssertsTest
) -> None:
    source = """
import collections, dataclasses, json
def f(n): return n + 1
with open("/tmp/x", "w") as file: file.write("x" * 100)
if __name__ == "__main__": print(f(int(input())))
"""
    (result,) = verifier.verify(Problem("least", [test], LEAST), [source]).results
    assert result.passed, result


COUNTERS = {
    "processes": """
import os, time
try:
    for n in range(1, 1000):
        if os.fork() == 0: time.sleep(60)
except OSError: pass
print(n)
""",
    "threads": """
import threading
try:
    for n in range(1, 1000): threading.Thread(target=threading.Event().wait, daemon=True).start()
except RuntimeError: pass
print(n)
""",
    "files": """
import os
try:
    while True: n = os.open("/dev/null", os.O_RDONLY) + 1
except OSError: pass
print(n)
""",
}


@pytest.mark.parametrize("name", COUNTERS)
@pytest.mark.parametrize("allowed", [20, 512])
def test_a_program_gets_exactly_as_many_as_it_may_have(verifier: Verifier, name: str, allowed: int) -> None:
    limits = replace(MANY, processes=allowed, open_files=allowed)
    (execution,) = run(verifier, COUNTERS[name], limits=limits)
    assert execution.stdout.text == f"{allowed}\n", execution


def test_a_program_gets_the_disk_that_it_may_have(verifier: Verifier) -> None:
    source = """
written = 0
try:
    for n in range(100):
        with open(f"/tmp/{n}", "wb", buffering=0) as file: written += file.write(b"x" * (1 << 16))
except OSError: pass
print(written)
"""
    (execution,) = run(verifier, source, limits=replace(ROOMY, disk_bytes=2 * MIB))
    assert execution.stdout.text == f"{2 * MIB}\n", execution
