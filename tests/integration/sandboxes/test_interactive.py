"""A candidate and its interactor talk, and whatever either does, it is known which of them did it."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import aclosing
from dataclasses import replace

import pytest

from sandboxes.model import Ending, File, InteractiveRun, Job, Outcome, Program, StdioRun
from sandboxes.pool import SandboxPool
from tests.integration.sandboxes.conftest import LIMITS, MIB, Perform

pytestmark = pytest.mark.anyio

ARGUMENTS = ("input.txt", "output.txt", "answer.txt")
INTERACTOR = """
import sys
secret = int(open(sys.argv[1]).read())
for number, line in enumerate(sys.stdin, start=1):
    kind, guess = line.split()
    if kind == "!":
        right = int(guess) == secret
        print("ok" if right else "wrong answer", "after", number, file=sys.stderr)
        sys.exit(0 if right else 1)
    print("<" if secret < int(guess) else ">=", flush=True)
print("it said no more", file=sys.stderr)
sys.exit(2)
"""
CANDIDATE = """
low, high = 1, 1000000
while low < high:
    middle = (low + high + 1) // 2
    print("?", middle, flush=True)
    if input() == "<":
        high = middle - 1
    else:
        low = middle
print("!", low)
"""
CPP_INTERACTOR = """
#include <fstream>
#include <iostream>
int main(int, char **arguments) {
    std::ifstream input(arguments[1]);
    int secret, guess;
    char kind;
    input >> secret;
    while (std::cin >> kind >> guess) {
        if (kind == '!') return guess == secret ? 0 : 1;
        std::cout << (secret < guess ? "<" : ">=") << std::endl;
    }
    return 2;
}
"""
CPP_CANDIDATE = """
#include <iostream>
int main() {
    int low = 1, high = 1000000;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        std::cout << "? " << middle << std::endl;
        std::string said;
        std::cin >> said;
        if (said == "<") high = middle - 1; else low = middle;
    }
    std::cout << "! " << low << std::endl;
}
"""
PYTHON, CPP = "python", "cpp17"


def talk(secret: int = 7, interactor: str = INTERACTOR, language: str = PYTHON) -> InteractiveRun:
    files = (File("input.txt", str(secret).encode()), File("answer.txt", b"the answer"))
    return InteractiveRun(Program(language, interactor), ARGUMENTS, files)


def job(source: str, *runs: InteractiveRun, language: str = PYTHON, **limits: int) -> Job:
    return Job(Program(language, source), runs or (talk(),), replace(LIMITS, **limits))


def word(outcome: Outcome) -> Outcome:
    assert outcome.interactor is not None, outcome
    return outcome.interactor


@pytest.mark.parametrize("interactor", [PYTHON, CPP])
@pytest.mark.parametrize("candidate", [PYTHON, CPP])
async def test_a_number_is_guessed_whatever_language_either_has(
    pool: SandboxPool, perform: Perform, candidate: str, interactor: str
) -> None:
    if CPP in (candidate, interactor) and (pool.backend.name != "bubblewrap" or not shutil.which("g++")):
        pytest.skip("no C++ is here")
    source = CANDIDATE if candidate == PYTHON else CPP_CANDIDATE
    against = INTERACTOR if interactor == PYTHON else CPP_INTERACTOR
    runs = [talk(secret, against, interactor) for secret in (1, 7, 1_000_000)]
    outcomes = await perform(job(source, *runs, language=candidate))
    ended = [(each.ending, each.exit_code, word(each).exit_code) for each in outcomes]
    assert ended == [(Ending.FINISHED, 0, 0)] * 3, outcomes


async def test_a_hundred_thousand_exchanges_take_seconds(perform: Perform) -> None:
    echo = "import sys\nfor line in sys.stdin:\n    print(line, end='', flush=True)"
    asks = "for i in range(100_000):\n    print(i, flush=True)\n    assert int(input()) == i"
    (outcome,) = await perform(
        job(asks, talk(0, echo), cpu_time_ns=20_000_000_000, wall_time_ns=60_000_000_000)
    )
    assert (outcome.ending, outcome.exit_code, word(outcome).exit_code) == (Ending.FINISHED, 0, 0)
    assert outcome.usage.cpu_time_ns < 10_000_000_000


async def test_what_the_interactor_says_last_is_kept(perform: Perform) -> None:
    (outcome,) = await perform(job("print('!', 8)"))
    assert (word(outcome).exit_code, word(outcome).stderr) == (1, b"wrong answer after 1\n")
    much = "import sys\nsys.stderr.write('x' * (1 << 20) + 'the end')\nsys.exit(1)"
    (outcome,) = await perform(job("pass", talk(0, much)))
    assert word(outcome).exit_code == 1
    assert word(outcome).stderr.endswith(b"xthe end")


async def test_one_that_ends_early_leaves_the_word_to_the_interactor(perform: Perform) -> None:
    (outcome,) = await perform(job("pass"))
    assert (outcome.ending, outcome.exit_code) == (Ending.FINISHED, 0)
    assert (word(outcome).exit_code, word(outcome).stderr) == (2, b"it said no more\n")


@pytest.mark.parametrize(
    ("source", "ending"),
    [
        ("1 / 0", Ending.RAISED),
        ("raise SystemExit(3)", Ending.RAISED),
        ("print('!', 8, flush=True)\nwhile True: pass", None),
        ("while True: pass", Ending.CPU_LIMIT),
        ("kept = b'x' * (1 << 28)", Ending.MEMORY_LIMIT),
        ("import sys\nwhile True: sys.stderr.write('x' * 9999)", Ending.OUTPUT_LIMIT),
    ],
)
async def test_its_own_failure_goes_before_any_word(
    perform: Perform, source: str, ending: Ending | None
) -> None:
    (outcome,) = await perform(job(source))
    if ending is None:  # the interactor's refusal came before it
        assert (outcome.ending, outcome.exit_code, word(outcome).exit_code) == (Ending.FINISHED, None, 1)
    else:
        assert outcome.ending is ending, outcome


async def test_after_a_refusal_nothing_that_it_does_counts(perform: Perform) -> None:
    for then in ("input()", "1 / 0", "print('more', flush=True)\nprint('more', flush=True)\n1 / 0"):
        (outcome,) = await perform(job(f"import time\nprint('!', 8, flush=True)\ntime.sleep(0.2)\n{then}"))
        assert (outcome.ending, outcome.exit_code, word(outcome).exit_code) == (Ending.FINISHED, None, 1)


async def test_after_an_acceptance_it_must_end_well_and_may_still_write(perform: Perform) -> None:
    late = "import time\nprint('!', 7, flush=True)\ntime.sleep(0.2)\n"
    (writes,) = await perform(job(late + "for i in range(9): print('more', flush=True)"))
    assert (writes.ending, writes.exit_code, word(writes).exit_code) == (Ending.FINISHED, 0, 0)
    (fails,) = await perform(job(late + "1 / 0"))
    assert (fails.ending, word(fails).exit_code) == (Ending.RAISED, 0)
    (stays,) = await perform(job(late + "time.sleep(60)"))
    assert stays.ending is Ending.WALL_LIMIT
    (chatters,) = await perform(job(late + "while True: print('x' * 9999)"))
    assert chatters.ending is Ending.OUTPUT_LIMIT


async def test_two_that_wait_for_each_other_are_a_deadlock(perform: Perform) -> None:
    (outcome,) = await perform(job("input()"))
    assert (outcome.ending, outcome.is_deadlock) == (Ending.WALL_LIMIT, True)
    (again,) = await perform(job(CANDIDATE))
    assert word(again).exit_code == 0


@pytest.mark.parametrize(
    ("interactor", "ending", "raised"),
    [
        ("1 / 0", Ending.RAISED, "ZeroDivisionError"),
        ("import sys\nsys.exit(3)", Ending.RAISED, "SystemExit"),
        ("import os\nos.kill(os.getpid(), 9)", Ending.RAISED, None),
        ("kept = b'x' * (1 << 31)", Ending.MEMORY_LIMIT, None),
        ("def f(:", Ending.COMPILE_FAILED, "SyntaxError"),
        ("import time\ntime.sleep(60)", Ending.WALL_LIMIT, None),
    ],
)
async def test_an_interactor_that_fails_is_told_from_the_candidate(
    perform: Perform, interactor: str, ending: Ending, raised: str | None
) -> None:
    talks = "print('? 1', flush=True)\nprint('? 2', flush=True)\nimport sys\nfor line in sys.stdin: pass"
    (outcome,) = await perform(job(talks, talk(0, interactor)))
    assert outcome.ending is Ending.FINISHED, outcome
    assert word(outcome).ending is ending or word(outcome).raised is not None, word(outcome)
    found = word(outcome).raised
    assert (found and found.class_name) in (raised, "MemoryError"), word(outcome)


async def test_an_interactor_that_computes_without_end_meets_a_limit_of_its_own(perform: Perform) -> None:
    (outcome,) = await perform(job("input()", talk(0, "while True: pass"), wall_time_ns=60_000_000_000))
    assert (outcome.ending, word(outcome).ending) == (Ending.FINISHED, Ending.CPU_LIMIT)


async def test_one_that_does_not_end_after_the_candidate_is_at_fault(perform: Perform) -> None:
    (outcome,) = await perform(job("pass", talk(0, "import time\ntime.sleep(60)")))
    assert (outcome.ending, outcome.exit_code) == (Ending.FINISHED, 0)
    assert word(outcome).ending is Ending.WALL_LIMIT


async def test_talk_without_end_is_the_candidates_failure(perform: Perform) -> None:
    endless = "import os\nwhile True: os.write(1, b'9' * 65536)"
    hears_all = "import sys\nsys.stdin.read()"
    (outcome,) = await perform(
        job(endless, talk(0, hears_all), cpu_time_ns=10_000_000_000, wall_time_ns=60_000_000_000)
    )
    assert outcome.ending is Ending.OUTPUT_LIMIT, outcome
    (unheard,) = await perform(job("while True: print('? 5', flush=True)"))
    assert unheard.ending in (Ending.WALL_LIMIT, Ending.CPU_LIMIT)
    assert not unheard.is_deadlock


async def test_nothing_that_is_left_of_it_keeps_the_line_open(perform: Perform) -> None:
    leaves = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\nprint('!', 7)"
    (outcome,) = await perform(job(leaves))
    assert (outcome.ending, outcome.exit_code, word(outcome).exit_code) == (Ending.FINISHED, 0, 0)
    assert outcome.usage.wall_time_ns < 1_500_000_000


async def test_who_closes_its_end_and_stays_is_heard(perform: Perform) -> None:
    (outcome,) = await perform(job("import os, sys\nos.close(1)\nsys.stdin.read()"))
    assert (outcome.ending, word(outcome).exit_code) == (Ending.FINISHED, 2)
    tells_all = "import os, sys\nprint('1 2 3', flush=True)\nos.close(1)\nsys.exit(input() != '6')"
    (outcome,) = await perform(
        job("import sys\nprint(sum(map(int, sys.stdin.read().split())))", talk(0, tells_all))
    )
    assert (outcome.ending, outcome.exit_code, word(outcome).exit_code) == (Ending.FINISHED, 0, 0)


async def test_neither_reaches_the_other(perform: Perform) -> None:
    """The candidate tries every way to the interactor that it has, and then plays on."""
    reaches = """
import os, signal
found = {int(name) for name in os.listdir("/proc") if name.isdigit()} - {1, os.getpid()}
assert not found, found
for pid in range(1, 400):
    if pid not in (os.getpid(), os.getpgid(0)):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
signal.signal(signal.SIGTERM, signal.SIG_IGN)
try:
    os.kill(-1, signal.SIGTERM)
except OSError:
    pass
assert os.listdir(".") == os.listdir("/tmp") == os.listdir("/dev/shm") == [], os.listdir(".")
assert {os.readlink(f"/proc/self/fd/{fd}").partition(":")[0] for fd in range(4)} == {"pipe"}
"""
    (outcome,) = await perform(job(reaches + CANDIDATE))
    assert (outcome.exit_code, word(outcome).exit_code) == (0, 0), outcome


async def test_opening_its_lines_by_name_gives_it_nothing_of_the_interactors(perform: Perform) -> None:
    opens = """
import os
for name, flags in (("/dev/stdin", os.O_WRONLY), ("/dev/stdout", os.O_RDONLY)):
    try:
        os.open(name, flags | os.O_NONBLOCK)
    except OSError:
        pass
"""
    (outcome,) = await perform(job(opens + CANDIDATE))
    assert (outcome.exit_code, word(outcome).exit_code) == (0, 0), outcome


async def test_bytes_of_any_kind_reach_the_interactor_and_crash_nobody_else(perform: Perform) -> None:
    counts = "import sys\nread = sys.stdin.buffer.read()\nsys.exit(read != bytes(range(256)) * 4096)"
    (outcome,) = await perform(
        job("import sys\nsys.stdout.buffer.write(bytes(range(256)) * 4096)", talk(0, counts))
    )
    assert (outcome.ending, word(outcome).exit_code) == (Ending.FINISHED, 0)


async def test_the_next_run_finds_nothing_of_a_talk(pool: SandboxPool, perform: Perform) -> None:
    looks = "import os\nprint(os.listdir('/tmp'), len(os.sched_getaffinity(0)))"
    before = (await perform(Job(Program(PYTHON, looks), (StdioRun(b""),), LIMITS)))[0].stdout
    outcomes = await perform(Job(Program(PYTHON, looks), (StdioRun(b""), talk(), StdioRun(b"")), LIMITS))
    assert [outcomes[0].stdout, outcomes[2].stdout] == [before, before]


async def test_an_interactor_has_room_beside_a_small_candidate(perform: Perform) -> None:
    (outcome,) = await perform(
        job("print('!', 7)", talk(7, "kept = b'x' * (200 << 20)\n" + INTERACTOR), memory_bytes=32 * MIB)
    )
    assert (outcome.exit_code, word(outcome).exit_code) == (0, 0)


async def test_a_talk_that_nobody_wants_any_more_is_over_at_once(pool: SandboxPool, perform: Perform) -> None:
    async with pool.lease() as sandbox, aclosing(sandbox.run(job("input()"))) as outcomes:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await anext(outcomes)
        await outcomes.aclose()
        assert not sandbox.broken, sandbox.broken_because
    (outcome,) = await perform(job(CANDIDATE))
    assert word(outcome).exit_code == 0
