"""CPU time is what the program's processes measured of themselves, however they shared the work."""

from __future__ import annotations

from statistics import median

import pytest

from tests.conformance.accuracy import accuracy_of
from tests.conformance.cases import ROOMY, run
from tests.support.backends import Service
from verifierd_client import CallTest, Problem, Verifier

TIMES = 5
# `spent` is what this process and the children that it waited for used, `sent` what others say of themselves.
PRELUDE = """
import os, resource, threading, time
READING, WRITING = os.pipe()

def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end: sum(range(200))

def spent():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)

def send_and_end():
    os.write(WRITING, f"{time.process_time()} ".encode())
    os._exit(0)

def sent(count):
    said = b""
    while said.count(b" ") < count: said += os.read(READING, 100)
    return sum(map(float, said.split()))
"""
PROGRAMS = {
    "computes": "burn(0.2)\nprint(spent())",
    "computes for a moment": "burn(0.02)\nprint(spent())",
    "sleeps": "time.sleep(0.2)\nprint(spent())",
    "calls the kernel": "while spent() < 0.2: os.stat('/tmp')\nprint(spent())",
    "threads": """
threads = [threading.Thread(target=burn, args=(0.05,)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(spent())
""",
    "threads that nobody joins": """
finished = threading.Semaphore(0)
def work():
    burn(0.1)
    finished.release()
    threading.Event().wait()
for _ in range(2): threading.Thread(target=work, daemon=True).start()
for _ in range(2): finished.acquire()
print(spent())
""",
    "children at the same time": """
for _ in range(4):
    if os.fork() == 0:
        burn(0.05)
        os._exit(0)
for _ in range(4): os.wait()
print(spent())
""",
    "children in a row": """
for _ in range(40):
    if os.fork() == 0:
        burn(0.004)
        os._exit(0)
    os.wait()
print(spent())
""",
    "a child that nobody waits for": """
if os.fork() == 0:
    burn(0.2)
    send_and_end()
print(sent(1) + spent())
""",
    "a grandchild whose parent died": """
if os.fork() == 0:
    if os.fork() == 0:
        burn(0.2)
        send_and_end()
    os._exit(0)
os.wait()
print(sent(1) + spent())
""",
    "a daemon in a session of its own": """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        burn(0.1)
        send_and_end()
    send_and_end()
burn(0.1)
print(sent(2) + spent())
""",
    "other programs": """
import subprocess
burn = "import time\\nwhile time.process_time() < 0.1: pass"
for _ in range(2): subprocess.run(["/usr/bin/python3", "-I", "-S", "-c", burn], check=True)
print(spent())
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_cpu_time_is_what_the_program_used(verifier: Verifier, service: Service, name: str) -> None:
    bound = accuracy_of(service)
    executions = run(verifier, PRELUDE + PROGRAMS[name], limits=ROOMY, times=TIMES)
    assert all(execution.exit_code == 0 for execution in executions), executions
    pairs = [(execution.usage.cpu_time_s, float(execution.stdout.text)) for execution in executions]
    # Of the middle run, since a neighbour may slow what a process does after it measured itself.
    measured_s, true_s = sorted(pairs, key=lambda pair: pair[0] - pair[1])[TIMES // 2]
    assert bound.cpu_is_near(measured_s, true_s), pairs


def test_cpu_time_of_a_called_function_is_what_it_used(verifier: Verifier, service: Service) -> None:
    source = PRELUDE + "def work(seconds):\n    burn(seconds)\n    return spent()"
    problem = Problem("work", [CallTest("work", (0.1,), None)] * TIMES, ROOMY)
    (result,) = verifier.verify(problem, [source]).results
    offs = []
    for execution in result.executions:
        assert execution.actual is not None, execution
        offs.append(execution.usage.cpu_time_s - execution.actual[0])
    assert accuracy_of(service).cpu_is_near(0.1 + median(offs), 0.1), offs
