"""Peak memory is what the program's processes held at the same time, temporary files included.

What a program is known to use is what it touches: MiB of its own or of files, each page written. The same
program with nothing to touch gives what the interpreter and the kernel take for it beside that.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import pytest

from tests.conformance.accuracy import EXACT, accuracy_of
from tests.conformance.cases import MIB, ROOMY, run
from tests.support.backends import Service
from verifierd_client import Candidate, Problem, StdioTest, Verifier

LIMITS = replace(ROOMY, wall_time_s=10.0, disk_bytes=256 * MIB)
# Each reads how many MiB it is to touch.
PRELUDE = """
import mmap, os
MIB = 1 << 20
BLOCK = b"x" * MIB  # made by all, so that it is in what nothing takes
READING, WRITING = os.pipe()
HELD, HOLDING = os.pipe()  # children end once the parent closes its end
amount = int(input()) * MIB

def touched(size):
    memory = bytearray(size)
    for at in range(0, size, 4096): memory[at] = 1
    return memory

def write(path, size):
    with open(path, "wb", buffering=0) as file:
        for _ in range(0, size, MIB): file.write(BLOCK)

def child(size):
    if os.fork() == 0:
        os.close(HOLDING)
        kept = touched(size)
        os.write(WRITING, b"x")
        os.read(HELD, 1)
        os._exit(0)

def all_hold(count):
    for _ in range(count): os.read(READING, 1)
    os.close(HOLDING)

"""
PROGRAMS = {
    "an array": "kept = touched(amount)",
    "an array that is gone at the end": "touched(amount)",
    "a mapping": "kept = mmap.mmap(-1, amount or 1)\nfor at in range(0, amount, 4096): kept[at] = 1",
    "many small objects": "kept = [bytes(967) for _ in range(amount // 1024)]",
    "address space that it does not touch": "kept = touched(amount)\nmore = mmap.mmap(-1, 1 << 30)",
    "one child after another": """
for _ in range(3):
    if os.fork() == 0:
        touched(amount)
        os._exit(0)
    os.wait()
""",
    "children at the same time": """
for _ in range(4): child(amount // 4)
all_hold(4)
""",
    "a parent and its child": "kept = touched(amount // 2)\nchild(amount // 2)\nall_hold(1)",
    "a grandchild whose parent died": """
if os.fork() == 0:
    child(amount)
    os._exit(0)
os.wait()
all_hold(1)
""",
    "what parent and children share": """
kept = touched(amount)
for _ in range(3): child(0)
all_hold(3)
""",
    "a temporary file": "write('/tmp/file', amount)",
    "a file in shared memory": "write('/dev/shm/file', amount)",
    "a file that is gone at the end": "write('/tmp/file', amount)\nos.unlink('/tmp/file')",
    "an array and a file": "write('/tmp/file', amount // 2)\nkept = touched(amount // 2)",
}
NOTHING, SMALL, BIG = 0, 20, 100


@pytest.mark.parametrize("name", PROGRAMS)
def test_peak_memory_is_what_the_program_touched(verifier: Verifier, service: Service, name: str) -> None:
    bound = accuracy_of(service)
    # A big one first, so that a peak that outlives its test would be seen in the next.
    amounts = [BIG, NOTHING, SMALL] * bound.runs
    problem = Problem("peak", [StdioTest(f"{amount}\n", "") for amount in amounts], LIMITS)
    (result,) = verifier.verify(problem, [PRELUDE + PROGRAMS[name]]).results
    assert result.passed, result
    peaks = [execution.usage.peak_memory_bytes for execution in result.executions]
    big, nothing, small = (max(peaks[place::3]) for place in range(3))
    assert bound.memory_is_near(big - nothing, BIG * MIB), (big / MIB, nothing / MIB)
    assert bound.memory_is_near(small - nothing, SMALL * MIB), (small / MIB, nothing / MIB)


def test_peak_memory_grows_as_the_kernel_says_that_the_process_grew(
    verifier: Verifier, service: Service
) -> None:
    source = """
def highest():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
before = highest()
kept = b"x" * (int(input()) << 20)
print(highest() - before)
"""
    nothing, grown = (run(verifier, source, str(amount), LIMITS)[0] for amount in (NOTHING, BIG))
    growth_bytes = (int(grown.stdout.text) - int(nothing.stdout.text)) * 1024
    # The kernel adds a process' pages up from each CPU's share now and then, so it tells some too few.
    assert EXACT.memory_is_near(growth_bytes, BIG * MIB), growth_bytes / MIB
    measured_bytes = grown.usage.peak_memory_bytes - nothing.usage.peak_memory_bytes
    assert accuracy_of(service).memory_is_near(measured_bytes, growth_bytes), (measured_bytes, growth_bytes)


def test_a_program_that_does_nothing_is_charged_for_little(verifier: Verifier, service: Service) -> None:
    peaks = [execution.usage.peak_memory_bytes for execution in run(verifier, "x = 1", times=3)]
    assert 0 < median(peaks) <= accuracy_of(service).idle_bytes, peaks


def test_no_candidate_is_charged_for_an_earlier_one(verifier: Verifier, service: Service) -> None:
    bound = accuracy_of(service)
    idle, small, big, killed = (
        "x = 1",
        "x = b'x' * (20 << 20)",
        "x = b'x' * (100 << 20)",
        "x = b'x' * (1 << 30)",
    )
    rounds = [f"{source}\n# {n}" for n in range(4) for source in (killed, big, small, idle)]
    problem = Problem("row", [StdioTest("", "")], replace(LIMITS, memory_bytes=128 * MIB))
    candidates = [Candidate(source, id=str(place)) for place, source in enumerate(rounds)]
    results = verifier.verify(problem, candidates).results
    peaks = [result.executions[0].usage.peak_memory_bytes for result in results]
    nothing = median(peaks[3::4])
    assert max(peaks[3::4]) <= bound.idle_bytes, peaks
    for offset, amount in ((1, BIG), (2, SMALL)):
        for peak in peaks[offset::4]:
            assert bound.memory_is_near(peak - int(nothing), amount * MIB), (peak / MIB, nothing / MIB)


def test_files_of_the_system_are_no_memory_of_who_reads_them_first(
    verifier: Verifier, service: Service
) -> None:
    source = """
import os
forget, left = int(input()), 24 << 20
paths = (f"{folder}/{name}" for folder, _, names in os.walk("/usr/lib") for name in names)
while left > 0:  # no further: each name looked at costs the kernel memory, which is charged
    path = next(paths)
    if not os.path.islink(path) and os.path.isfile(path):
        with open(path, "rb", buffering=0) as file:
            if forget: os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while data := file.read(1 << 16): left -= len(data)
print(left)
"""
    cached, forgotten = (
        [execution.usage.peak_memory_bytes for execution in run(verifier, source, stdin, times=2)][1]
        for stdin in ("0", "1")
    )
    assert accuracy_of(service).memory_is_near(forgotten, cached), (forgotten / MIB, cached / MIB)
