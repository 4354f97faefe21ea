"""What makes runs cheap is not to be seen by any of them: waiting stages, forks without hooks, known tests."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import aclosing

import psutil
import pytest

from sandboxes.model import BrokenTestProgram, Ending, Job, StdioRun
from sandboxes.pool import SandboxPool
from tests.support.leaks import SUPERVISOR

from .conftest import MIB, Perform, asserts, call, job

pytestmark = pytest.mark.anyio

USES = (
    "import os, sys\n"
    "held = bytearray(int(sys.stdin.readline()))\n"
    "open('file', 'wb').write(bytes(int(sys.stdin.readline())))\n"
    "for _ in range(int(sys.stdin.readline())):\n"
    "    if os.fork() == 0:\n"
    "        import time; time.sleep(0.3); os._exit(0)\n"
    "print('done')\n"
)
SMALL = {"memory_bytes": 48 * MIB, "disk_bytes": 4 * MIB, "processes": 8}
LARGE = {"memory_bytes": 192 * MIB, "disk_bytes": 32 * MIB, "processes": 40}
# What fits the large limits and none of the small ones: memory, disk, processes.
TOO_MUCH = {"memory": (96 * MIB, 0, 0), "disk": (0, 16 * MIB, 0), "processes": (0, 0, 20)}


def using(what: str, limits: dict[str, int]) -> Job:
    return job(USES, StdioRun(b"".join(b"%d\n" % each for each in TOO_MUCH[what])), **limits)


@pytest.mark.parametrize("what", TOO_MUCH)
async def test_a_stage_that_waited_for_another_candidate_has_the_limits_of_its_own(
    perform: Perform, what: str
) -> None:
    for limits in (SMALL, LARGE, SMALL, LARGE):
        (outcome,) = await perform(using(what, limits))
        fits = limits is LARGE
        assert (outcome.ending is Ending.FINISHED) == fits, (limits, outcome)
        assert (outcome.stdout == b"done\n") == fits, (limits, outcome)


async def test_a_candidate_out_of_memory_costs_no_sandbox(pool: SandboxPool, perform: Perform) -> None:
    async with pool.lease() as sandbox:
        before = sandbox.id
    for source in (
        "x = []\nwhile True: x.append(bytearray(1 << 20))",
        "x = bytearray(10 ** 9)\nx[:] = b'1' * 10 ** 9",
    ):
        (outcome,) = await perform(job(source))
        assert outcome.ending is Ending.MEMORY_LIMIT or outcome.raised, outcome
    async with pool.lease() as sandbox:
        assert sandbox.id == before


async def test_what_a_candidate_used_is_not_counted_for_the_next(perform: Perform) -> None:
    """Memory, files in memory, and what the kernel remembers of files that were looked at."""
    hungry = (
        "import os\nx = bytearray(90 << 20)\nfor n in range(2000):\n    open(f'/dev/shm/{n}', 'w').close()\n"
        "for folder, _, names in os.walk('/usr/lib/python3'):\n    [os.stat(f'{folder}/{name}') for name in names]"
    )
    (first,) = await perform(job("pass"))
    await perform(job(hungry))
    (after,) = await perform(job("pass"))
    assert after.usage.peak_memory_bytes < first.usage.peak_memory_bytes + 2 * MIB, (first.usage, after.usage)


async def test_each_run_has_random_numbers_of_its_own(perform: Perform) -> None:
    source = (
        "import os, random\nprint(random.random())\nreading, writing = os.pipe()\n"
        "if os.fork() == 0:\n    os.write(writing, str(random.random()).encode())\n    os._exit(0)\n"
        "os.wait()\nprint(os.read(reading, 100).decode(), random.random(), sep='\\n')"
    )
    outcomes = await perform(job(source, *[StdioRun(b"")] * 3)) + await perform(job(source))
    numbers = [outcome.stdout.split() for outcome in outcomes]
    assert all(len(three) == 3 for three in numbers), outcomes
    assert len(set(itertools.chain(*numbers))) == 12


async def test_a_program_s_own_forks_have_their_hooks(perform: Perform) -> None:
    source = (
        "import os, threading\n"
        "started = threading.Event()\nthread = threading.Thread(target=started.wait, daemon=True)\nthread.start()\n"
        "os.register_at_fork(after_in_child=lambda: print('hooked', flush=True))\n"
        "if os.fork() == 0:\n    print(threading.active_count(), thread.is_alive(), flush=True)\n    os._exit(0)\n"
        "os.wait()\nprint(threading.active_count())"
    )
    for outcome in await perform(job(source, *[StdioRun(b"")] * 2)):
        assert outcome.stdout == b"hooked\n1 False\n2\n", outcome


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("import atexit\natexit.register(print, 'at exit')\nprint('end')", b"end\nat exit\n"),
        (
            "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()\n"
            "print('end')",
            b"end\nthread\n",
        ),
        (
            "import threading\nthreading._register_atexit(print, 'threads are to end')\nprint('end')",
            b"end\nthreads are to end\n",
        ),
        ("import atexit, sys\natexit.register(print, 'at exit')\nsys.exit('no')", b"at exit\n"),
    ],
    ids=["exit function", "thread", "before threads end", "after an exit"],
)
async def test_what_runs_at_the_end_of_a_program_runs(perform: Perform, source: str, printed: bytes) -> None:
    (outcome,) = await perform(job(source))
    assert outcome.stdout == printed, outcome


async def test_no_module_of_the_program_s_is_found_by_anybody_else(perform: Perform) -> None:
    """Process 1 forks the next run: it must not have looked where this one wrote."""
    source = (
        "import os, sys\nprint(sys.path[0], sorted(name for name in os.listdir('/tmp')))\n"
        "for name in ('ast', 'json', 'linecache', 'socket', 'struct', 'token', 'tracemalloc', 'encodings'):\n"
        "    open(f'/tmp/{name}.py', 'w').write('import os; os.abort()')\n"
    )
    outcomes = await perform(job(source, *[StdioRun(b"")] * 2))
    assert [outcome.stdout for outcome in outcomes] == [b"/tmp []\n"] * 2, outcomes


async def test_functions_that_are_called_in_turn_find_each_their_own_module(perform: Perform) -> None:
    source = (
        "from __future__ import annotations\nimport pickle\nfrom dataclasses import dataclass\n"
        "from typing import ClassVar\nCALLS = []\n"
        "@dataclass\nclass P:\n    x: int\n    n: ClassVar[int] = 3\n"
        "def f(x):\n    CALLS.append(x)\n    return repr(pickle.loads(pickle.dumps(P(x)))), CALLS\n"
        "def g(x): return f(x)"
    )
    runs = [call(name, number) for number, name in enumerate(("f", "g", "f", "g", "f"))]
    outcomes = await perform(job(source, *runs))
    assert [outcome.value for outcome in outcomes] == [((f"P(x={n})", [n]),) for n in range(5)], outcomes


async def test_a_test_program_that_judges_many_says_the_same_of_each(perform: Perform) -> None:
    tests = asserts("import random", "STATE = []", "STATE.append(f(2))", "assert STATE == [4], STATE")
    endings = [
        [outcome.ending for outcome in await perform(job(source, tests, tests))]
        for source in ("def f(x): return x * x", "def f(x): return x + 3", "def f(x): return x * 2") * 3
    ]
    right, wrong = [Ending.FINISHED] * 2, [Ending.ASSERTION_FAILED] * 2
    assert endings == [right, wrong, right] * 3


@pytest.mark.parametrize("short", [1, 2, 5])
async def test_answers_that_go_together_wait_for_no_long_run(pool: SandboxPool, short: int) -> None:
    runs = [StdioRun(b"0")] * short + [StdioRun(b"2"), StdioRun(b"0")]
    waits = job("import time\ntime.sleep(int(input()))", *runs)
    async with pool.lease() as sandbox, aclosing(sandbox.run(waits)) as outcomes:
        arrived_ns = [(time.time_ns(), outcome.ended_at_ns) async for outcome in outcomes]
    assert len(arrived_ns) == len(runs)
    late_s = [(here - ended) / 1e9 for here, ended in arrived_ns]
    assert max(late_s) < 1, late_s


async def test_answers_that_go_together_are_not_held_for_long(pool: SandboxPool) -> None:
    """Or a failed test would not end its candidate before the others have run."""
    runs = job("pass", *[StdioRun(b"")] * 150)
    async with pool.lease() as sandbox, aclosing(sandbox.run(runs)) as outcomes:
        late_s = [time.time() - outcome.ended_at_ns / 1e9 async for outcome in outcomes]
    assert sorted(late_s)[len(late_s) // 2] < 0.05, late_s


async def test_answers_held_back_come_before_a_candidate_s_end(perform: Perform) -> None:
    """The last ones do, too, where a job has as many as a frame holds and more than go at once."""
    words = "x" * 20_000
    outcomes = await perform(job("print(input())", *[StdioRun(words.encode())] * 40))
    assert [outcome.run_index for outcome in outcomes] == list(range(40))
    assert {outcome.stdout.decode().strip() for outcome in outcomes} == {words}


async def test_a_sandbox_that_is_unhurried_serves_the_next_candidate_as_ever(pool: SandboxPool) -> None:
    for number in range(5):
        async with pool.lease() as sandbox:
            program = job(f"print({number})", StdioRun(b""), StdioRun(b""))
            async with aclosing(sandbox.run(program, is_unhurried=True)) as outcomes:
                said = [outcome.stdout async for outcome in outcomes]
        assert said == [b"%d\n" % number] * 2


async def test_a_broken_test_program_is_broken_each_time(pool: SandboxPool, perform: Perform) -> None:
    async with pool.lease() as sandbox:
        before = sandbox.id
    for source in ("def (:", "x = 1", "assert True\n" * 3 + "f(", "(" * 5000):
        for _ in range(4):
            with pytest.raises(BrokenTestProgram):
                await perform(job("def f(): return 1", asserts(source)))
    async with pool.lease() as sandbox:
        assert sandbox.id == before


async def test_a_known_test_program_finds_its_input_read_as_ever(perform: Perform) -> None:
    tests = asserts("import sys", "assert f() == 1", "assert sys.stdin.read() == ''")
    for _ in range(4):
        (outcome,) = await perform(job("def f(): return 1", tests))
        assert outcome.ending is Ending.FINISHED, outcome


async def test_a_test_program_does_not_find_the_one_before_it(perform: Perform) -> None:
    for _ in range(3):
        await perform(
            job("def f(): return 'kept'", asserts("SECRET = 'SECRET-OF-ANOTHER'", "assert f() == 'kept'"))
        )
    looks = asserts(
        "import gc, sys",
        "frame, found = sys._getframe(), []",
        "while frame := frame.f_back:",
        "    found += [str(vars(each)) for each in frame.f_locals.values() if hasattr(each, '__dict__')]",
        "    found += [str(frame.f_locals)]",
        "found += [str(each) for each in gc.get_objects() if type(each).__name__ in ('TestProgram', 'KnownTest')]",
        "codes = [each._program.code.co_consts for each in gc.get_objects() if type(each).__name__ == 'KnownTest' and each._program]",
        "assert f('-'.join(('SECRET', 'OF', 'ANOTHER')) in str((found, codes)))",
    )
    for _ in range(3):
        (outcome,) = await perform(job("def f(found): return not found", looks))
        assert outcome.ending is Ending.FINISHED, outcome


async def test_a_stage_that_died_while_it_waited_costs_nobody_anything(
    pool: SandboxPool, perform: Perform
) -> None:
    if pool.backend.name != "bubblewrap":
        pytest.skip("an engine's processes are no children of this one")
    async with pool.lease() as sandbox:
        before = sandbox.id
    await perform(job("pass"))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(_kill, _children_of_the_supervisor()[-1])
    (outcome,) = await perform(job("print('well')"))
    assert outcome.stdout == b"well\n"
    async with pool.lease() as sandbox:
        assert sandbox.id == before


def _kill(process: psutil.Process) -> None:
    process.kill()
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)


def _children_of_the_supervisor() -> list[psutil.Process]:
    """The processes that a supervisor forked, the youngest last: it is the stage that waits."""
    found = [
        process
        for process in psutil.Process().children(recursive=True)
        if (parent := process.parent()) is not None and SUPERVISOR in " ".join(parent.cmdline())
    ]
    return sorted(found, key=lambda process: (process.create_time(), process.pid))


async def test_test_programs_that_take_turns_are_told_apart(perform: Perform) -> None:
    programs = [asserts(f"assert f() == {number}") for number in range(12)]
    for number in range(12):
        outcomes = await perform(job(f"def f(): return {number}", *programs))
        passed = [index for index, outcome in enumerate(outcomes) if outcome.ending is Ending.FINISHED]
        assert passed == [number]
