"""Each way a program can end is told from every other, by a real sandbox."""

from __future__ import annotations

import time

import pytest

from sandboxes.model import Ending, Run, StdioRun

from .conftest import MIB, Perform, asserts, call, job

pytestmark = pytest.mark.anyio

ENDINGS = {
    "prints": ("print('x')", Ending.FINISHED),
    "nothing at all": ("", Ending.FINISHED),
    "no newline at the end": ("import sys; sys.stdout.write('x')", Ending.FINISHED),
    "exits with 0": ("import sys; sys.exit(0)", Ending.FINISHED),
    "uses site's exit": ("exit()", Ending.FINISHED),
    "closes its output at the end": ("import sys; print('x'); sys.stdout.close()", Ending.FINISHED),
    "begins with a byte order mark": ("\ufeffprint('x')", Ending.FINISHED),
    "exits with 3": ("import sys; sys.exit(3)", Ending.RAISED),
    "exits with a text": ("raise SystemExit('no')", Ending.RAISED),
    "raises": ("1 / 0", Ending.RAISED),
    "ends by a signal": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Ending.RAISED),
    "reads past the end": ("input()", Ending.RAISED),
    "handles the end of input": ("try:\n    input()\nexcept EOFError:\n    print('end')", Ending.FINISHED),
    "does not parse": ("def f(:", Ending.COMPILE_FAILED),
    "nests past the parser": ("(" * 5000, Ending.COMPILE_FAILED),
    "holds a NUL": ("x = 1\0", Ending.COMPILE_FAILED),
    "loops": ("while True: pass", Ending.CPU_LIMIT),
    "loops in threads": (
        "import threading\ndef f():\n    while True: pass\n[threading.Thread(target=f).start() for _ in range(4)]",
        Ending.CPU_LIMIT,
    ),
    "loops in children": ("import os\nos.fork()\nos.fork()\nwhile True: pass", Ending.CPU_LIMIT),
    "ignores every signal": (
        "import signal\nfor n in (1, 2, 3, 14, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
        Ending.CPU_LIMIT,
    ),
    "sleeps": ("import time; time.sleep(60)", Ending.WALL_LIMIT),
    "waits for itself": (
        "import threading; threading.Lock().acquire() and threading.Event().wait()",
        Ending.WALL_LIMIT,
    ),
    "eats the heap": ("x = []\nwhile True: x.append(bytearray(1 << 20))", Ending.MEMORY_LIMIT),
    "fills the disk until it is memory": (
        "n = 0\nwhile True:\n    n += 1\n    try:\n        open(f'/dev/shm/{n}', 'wb').write(bytes(1 << 20))\n"
        "    except OSError:\n        raise SystemExit(7)",
        Ending.RAISED,
    ),
    "eats memory in children": (
        "import os, time\nfor _ in range(16):\n    if os.fork() == 0:\n        x = bytearray(32 << 20)\n"
        "        time.sleep(9)\ntime.sleep(9)",
        Ending.MEMORY_LIMIT,
    ),
    "floods standard output": ("while True: print('x' * 1000)", Ending.OUTPUT_LIMIT),
    "floods standard error": ("import sys\nwhile True: sys.stderr.write('x' * 1000)", Ending.OUTPUT_LIMIT),
    "forks without end": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        Ending.CPU_LIMIT,
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
async def test_an_ending_is_named_as_what_it_is(perform: Perform, name: str) -> None:
    source, ending = ENDINGS[name]
    (outcome,) = await perform(job(source))
    assert outcome.ending is ending, outcome


async def test_output_within_the_limit_passes_whole(perform: Perform) -> None:
    (outcome,) = await perform(job("print('é' * 100_000)"))
    assert (outcome.ending, outcome.stdout) == (Ending.FINISHED, ("é" * 100_000 + "\n").encode())


async def test_output_over_the_limit_keeps_what_came_so_far(perform: Perform) -> None:
    (outcome,) = await perform(job("while True: print('x' * 1023)", output_bytes=10_000))
    assert outcome.ending is Ending.OUTPUT_LIMIT
    assert outcome.stdout == (b"x" * 1023 + b"\n") * 9 + b"x" * 784
    assert outcome.stdout_total_bytes > 10_000


async def test_output_of_a_program_that_ended_just_over_the_limit_is_refused(perform: Perform) -> None:
    (outcome,) = await perform(job("print('x' * 10_000)", output_bytes=10_000))
    assert outcome.ending is Ending.OUTPUT_LIMIT


async def test_a_result_over_the_limit_is_refused_and_counted(perform: Perform) -> None:
    (outcome,) = await perform(job("def f(): return 'x' * 200_000", call("f"), output_bytes=100_000))
    assert (outcome.ending, outcome.stdout_total_bytes) == (Ending.OUTPUT_LIMIT, 0)
    assert outcome.result_total_bytes > 100_000


async def test_a_traceback_shows_the_programs_own_lines_and_no_others(perform: Perform) -> None:
    (outcome,) = await perform(job("def f():\n    return 1 / 0\nf()"))
    lines = outcome.stderr.decode().splitlines()
    marks = [
        line for line in lines if set(line) <= set(" ~^")
    ]  # which call of a line: as Python's version has it
    assert [line for line in lines if line not in marks][:5] == [
        "Traceback (most recent call last):",
        '  File "/tmp/program.py", line 3, in <module>',
        "    f()",
        '  File "/tmp/program.py", line 2, in f',
        "    return 1 / 0",
    ]


async def test_a_large_input_is_read_in_chunks(perform: Perform) -> None:
    source = "import sys\nn = 0\nwhile chunk := sys.stdin.read(4096): n += len(chunk)\nprint(n)"
    (outcome,) = await perform(job(source, StdioRun(b"z" * 5_000_000)))
    assert outcome.stdout == b"5000000\n"


async def test_standard_input_cannot_be_rewritten(perform: Perform) -> None:
    (outcome,) = await perform(job("import os\nos.write(0, b'x')", StdioRun(b"data")))
    assert outcome.raised is not None
    assert outcome.raised.class_name in ("PermissionError", "OSError")


async def test_a_grandchild_that_holds_the_pipe_does_not_hold_the_verdict(perform: Perform) -> None:
    source = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(30)\n"
        "    os._exit(0)\nprint('done', flush=True)"
    )
    (outcome,) = await perform(job(source))
    assert (outcome.ending, outcome.stdout) == (Ending.FINISHED, b"done\n")
    assert outcome.usage.wall_time_ns < 1_500_000_000


@pytest.mark.parametrize("test", [StdioRun(b""), asserts("assert f() == 1")])
async def test_a_program_that_waits_ends_at_its_wall_limit_and_not_long_after(
    perform: Perform, test: Run
) -> None:
    (outcome,) = await perform(job("import time\ntime.sleep(60)", test, wall_time_ns=500_000_000))
    assert outcome.ending is Ending.WALL_LIMIT
    assert outcome.usage.wall_time_ns < 1.25 * 500_000_000


async def test_processes_that_waited_for_each_other_earn_no_time_to_sleep(perform: Perform) -> None:
    source = (
        "import os, time\nr, w = os.pipe()\nfor _ in range(30):\n    if os.fork() == 0:\n        os.read(r, 1)\n"
        "        end = time.process_time() + 0.01\n        while time.process_time() < end: pass\n"
        "        time.sleep(60)\nos.write(w, b'x' * 30)\ntime.sleep(60)"
    )
    (outcome,) = await perform(job(source, processes=40, wall_time_ns=500_000_000))
    assert outcome.ending is Ending.WALL_LIMIT
    assert outcome.usage.wall_time_ns < 2 * 500_000_000


async def test_a_candidate_that_outlives_its_test_is_not_waited_for_longer_than_the_grace(
    perform: Perform,
) -> None:
    source = (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\ndef f(): return 1"
    )
    began = time.monotonic()
    (outcome,) = await perform(job(source, asserts("assert f() == 1")))
    assert outcome.ending is Ending.FINISHED
    assert time.monotonic() - began < 0.6


async def test_deep_recursion_is_a_matter_of_memory_not_of_the_stack(perform: Perform) -> None:
    source = (
        "import sys\nsys.setrecursionlimit(200_000)\ndef f(n): return n and 1 + f(n - 1)\nprint(f(100_000))"
    )
    (outcome,) = await perform(job(source))
    assert outcome.stdout == b"100000\n", outcome


async def test_cpu_time_is_measured_over_threads_and_children(perform: Perform) -> None:
    source = (
        "import os, time\ndef burn(s):\n    end = time.process_time() + s\n    while time.process_time() < end: pass\n"
        "pid = os.fork()\nif pid == 0:\n    burn(0.2)\n    os._exit(0)\nburn(0.1)\nos.waitpid(pid, 0)"
    )
    (outcome,) = await perform(job(source))
    assert outcome.usage.cpu_time_ns == pytest.approx(300e6, rel=0.05, abs=8e6)


async def test_peak_memory_is_the_runs_own_and_not_its_predecessors(perform: Perform) -> None:
    big, small, nothing = await perform(
        job(
            "n = int(input())\nx = bytearray(n << 20)\nfor i in range(0, len(x), 4096): x[i] = 1",
            StdioRun(b"100"),
            StdioRun(b"20"),
            StdioRun(b"0"),
        )
    )
    # Pages of the interpreter that the run writes to, those of its stage, the kernel's for both.
    floor = nothing.usage.peak_memory_bytes
    assert floor == pytest.approx(3 * MIB, abs=2 * MIB)
    assert big.usage.peak_memory_bytes - floor == pytest.approx(100 * MIB, rel=0.02)
    assert small.usage.peak_memory_bytes - floor == pytest.approx(20 * MIB, abs=2 * MIB)
