"""What a run left at the paths that are asked for is told, and nothing else, by a real sandbox."""

from __future__ import annotations

import pytest

from sandboxes.model import AtPath, Ending, File, Left, StdioRun

from .conftest import MIB, Perform, call, job

pytestmark = pytest.mark.anyio


def left(content: bytes) -> Left:
    return Left(AtPath.FILE, content)


async def test_what_the_program_itself_may_not_read_is_closed_and_what_only_it_may_is_read(
    perform: Perform,
) -> None:
    source = """
import os
os.umask(0o077)
os.mkdir("private"); open("private/x", "w").write("mine")
open("none", "w").write("x"); os.chmod("none", 0)
os.mkdir("closed"); open("closed/x", "w").close(); os.chmod("closed", 0o600)
os.mkdir("blind"); open("blind/x", "w").write("seen"); os.chmod("blind", 0o100)
"""
    asked = ("private/x", "none", "closed/x", "closed", "blind/x")
    (outcome,) = await perform(job(source, StdioRun(b"", asked=asked)))
    closed = Left(AtPath.CLOSED)
    assert outcome.left == (left(b"mine"), closed, closed, Left(AtPath.FOLDER), left(b"seen"))


async def test_a_working_directory_that_is_closed_is_no_failure_of_the_sandbox(perform: Perform) -> None:
    source = "import os\nopen('x', 'w').close()\nos.chmod('/tmp', 0)"
    (outcome,) = await perform(job(source, StdioRun(b"", asked=("x",))))
    assert (outcome.ending, outcome.left) == (Ending.FINISHED, (Left(AtPath.CLOSED),))


async def test_nothing_of_a_runs_files_reaches_the_next_run(perform: Perform) -> None:
    source = "import os, sys\nprint(sys.argv[1:], sorted(os.listdir('.')))\nopen('mine', 'w').write('x')"
    runs = (
        StdioRun(b"", ("first",), (File("old", b"o"),), ("mine",)),
        StdioRun(b""),
        StdioRun(b"", asked=("old", "mine")),
    )
    first, second, third = await perform(job(source, *runs))
    assert first.stdout == b"['first'] ['old']\n"
    assert first.left == (left(b"x"),)
    assert second.stdout == third.stdout == b"[] []\n"
    assert second.left == ()
    assert third.left == (Left(AtPath.ABSENT), left(b"x"))


async def test_runs_with_files_stand_beside_runs_of_other_kinds(perform: Perform) -> None:
    source = "def f(n): return n + 1\nif __name__ == '__main__': open('x', 'w').write(open('i').read())"
    asking = StdioRun(b"", (), (File("i", b"content"),), ("x",))
    called, asked, again = await perform(job(source, call("f", 1), asking, call("f", 2)))
    assert (called.value, asked.left, again.value) == ((2,), (left(b"content"),), (3,))


async def test_files_of_the_output_limit_are_read_and_a_byte_more_ends_the_run(perform: Perform) -> None:
    source = "import sys\nfor name in 'ab': open(name, 'wb').write(b'x' * int(sys.argv[1]))"
    for size_bytes in (5000, 5001):
        run = StdioRun(b"", (str(size_bytes),), (), ("a", "none", "b"))
        (outcome,) = await perform(job(source, run, output_bytes=10_000))
        if size_bytes == 5000:
            whole = left(b"x" * 5000)
            assert outcome.left == (whole, Left(AtPath.ABSENT), whole)
        else:
            assert (outcome.ending, outcome.left_total_bytes) == (Ending.OUTPUT_LIMIT, 10_002)
            assert outcome.left == ()


async def test_a_sparse_file_of_the_largest_size_costs_nothing(perform: Perform) -> None:
    source = "import os\nos.truncate(os.open('sparse', os.O_CREAT | os.O_RDWR), 16 << 20)"
    (outcome,) = await perform(job(source, StdioRun(b"", asked=("sparse",))))
    assert (outcome.ending, outcome.left_total_bytes) == (Ending.OUTPUT_LIMIT, 16 * MIB)
    assert outcome.usage.wall_time_ns < 1_000_000_000


async def test_a_file_as_large_as_memory_allows_is_read_without_more_of_it(perform: Perform) -> None:
    source = "open('x', 'wb').write(bytes(40 << 20))"
    sizes = {"memory_bytes": 96 * MIB, "disk_bytes": 48 * MIB, "output_bytes": 48 * MIB}
    (outcome,) = await perform(job(source, StdioRun(b"", asked=("x",)), **sizes))
    assert outcome.ending is Ending.FINISHED, outcome
    assert outcome.left == (left(bytes(40 * MIB)),)


async def test_a_run_that_fails_has_left_what_it_left_and_one_that_is_stopped_nothing(
    perform: Perform,
) -> None:
    source = "import sys\nopen('x', 'w').write('x')\nif input(): raise SystemExit(3)\nwhile True: pass"
    failed, stopped = await perform(job(source, *(StdioRun(i, asked=("x",)) for i in (b"1\n", b"\n"))))
    assert (failed.ending, failed.exit_code, failed.left) == (Ending.RAISED, 3, (left(b"x"),))
    assert (stopped.ending, stopped.left) == (Ending.CPU_LIMIT, ())


async def test_a_child_that_swaps_the_file_for_a_link_while_it_is_read_is_dead_by_then(
    perform: Perform,
) -> None:
    source = """
import os, time
open("x", "w").write("right")
os.symlink("/etc/passwd", "link")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            os.rename("x", "kept"); os.rename("link", "x")
            os.rename("x", "link"); os.rename("kept", "x")
    os._exit(0)
os.wait()
time.sleep(0.05)
"""
    runs = [StdioRun(b"", asked=("x",))] * 5
    seen = {outcome.left for outcome in await perform(job(source, *runs))}
    assert seen <= {(left(b"right"),), (Left(AtPath.LINK),), (Left(AtPath.ABSENT),)}


async def test_however_little_memory_a_run_leaves_it_is_its_own_limit_that_ends_it(perform: Perform) -> None:
    source = """
import os, sys
open("x", "w").write("x")
if os.fork() == 0:
    with open("/dev/shm/ballast", "wb") as ballast:
        for _ in range(int(sys.argv[1])): ballast.write(bytes(1 << 18)); ballast.flush()
    os._exit(0)
os.wait()
"""
    runs = [StdioRun(b"", (str(quarters),), (), ("x",)) for quarters in range(80, 128, 2)]
    outcomes = await perform(job(source, *runs, memory_bytes=32 * MIB, disk_bytes=64 * MIB))
    endings = [outcome.ending for outcome in outcomes]
    assert endings[0] is Ending.FINISHED, outcomes[0]
    assert endings[-1] is Ending.MEMORY_LIMIT, outcomes[-1]
    for outcome in outcomes:
        assert outcome.ending in (Ending.FINISHED, Ending.MEMORY_LIMIT), outcome
        assert outcome.left == ((left(b"x"),) if outcome.ending is Ending.FINISHED else ())
