"""Under the limits of a problem that names none, honest programs pass that need much of everything."""

from __future__ import annotations

import pytest

from tests.conformance.cases import Case, judge, run
from verifierd_client import (
    AssertsTest,
    CallTest,
    CandidateResult,
    ExecutionResult,
    Limits,
    Problem,
    StdioTest,
    Verifier,
)

DEFAULT = Limits()
# From 3.12 on the interpreter itself bounds how deep calls through C may nest.
DEEP = "import sys\nsys.setrecursionlimit(400_000)\nDEPTH = 20_000 if sys.version_info < (3, 12) else 3_000\n"


def threads(count: int) -> str:
    """A program whose so many threads, the main one among them, wait for each other."""
    return f"""
import threading
barrier = threading.Barrier({count}, timeout=20)
others = [threading.Thread(target=barrier.wait, daemon=True) for _ in range({count - 1})]
for thread in others: thread.start()
barrier.wait()
print("ok")
"""


PROGRAMS = {
    "64 threads": threads(64),
    "512 MiB of bytes": """
kept = bytearray(512 << 20)
for at in range(0, len(kept), 4096): kept[at] = 1
print("ok")
""",
    "512 MiB of numbers": "from array import array\nkept = array('q', [1]) * (64 << 20)\nprint('ok')",
    "512 MiB of references": "kept = [0] * (64 << 20)\nprint('ok')",
    "512 MiB of a mapping": """
import mmap
kept = mmap.mmap(-1, 512 << 20)
for at in range(0, len(kept), 4096): kept[at] = 1
print("ok")
""",
    "recursion of 100,000 calls": DEEP
    + "def f(n): return n and 1 + f(n - 1)\nprint('ok' if f(100_000) == 100_000 else 0)",
    "recursion of 100,000 calls in a thread": DEEP
    + """
import threading
threading.stack_size(512 << 20)
def f(n): return n and 1 + f(n - 1)
thread = threading.Thread(target=lambda: print("ok" if f(100_000) == 100_000 else 0))
thread.start()
thread.join()
""",
    "recursion of 100,000 generators": DEEP
    + "def f(n):\n    if n: yield from f(n - 1)\n    yield n\nprint('ok' if next(f(DEPTH)) == 0 else 0)",
    "recursion through a key function": DEEP
    + "def f(n): return max([n - 1, 0], key=lambda m: m and f(m))\nprint('ok' if f(DEPTH) else 0)",
    "recursion through a sort": DEEP
    + "def f(n): return n and sorted([n - 1], key=f)[0] * 0 + 1\nprint('ok' if f(DEPTH) == 1 else 0)",
    "recursion through repr": DEEP
    + """
class Node:
    def __init__(self, n): self.n = n
    def __repr__(self): return repr(Node(self.n - 1)) if self.n else "ok"
print(Node(DEPTH))
""",
    "recursion through operators": DEEP
    + """
class Node:
    def __init__(self, n): self.n = n
    def __add__(self, other): return Node(self.n - 1) + other if self.n else other
print(Node(DEPTH) + "ok")
""",
    "recursion through a cache": DEEP
    + """
import functools
@functools.cache
def f(n): return n and 1 + f(n - 1)
print("ok" if f(DEPTH) == DEPTH else 0)
""",
    "a list nested deeply": DEEP
    + """
import copy
kept = []
for _ in range(DEPTH // 4): kept = [kept]
print("ok" if repr(copy.deepcopy(kept)) == repr(kept) else 0)
""",
    "a pool of 32 processes": """
import multiprocessing
with multiprocessing.Pool(32) as pool: print("ok" if sum(pool.map(abs, range(-99, 1))) == 4950 else 0)
""",
    "200 open files": "kept = [open('/dev/null') for _ in range(200)]\nprint('ok')",
    "60 MiB of temporary files": "open('/tmp/file', 'wb').write(b'x' * (60 << 20))\nprint('ok')",
    "two seconds of computing": "import time\nwhile time.process_time() < 2: pass\nprint('ok')",
}


@pytest.fixture(scope="module")
def found(verifier: Verifier) -> dict[str, CandidateResult]:
    cases = {name: Case(source, stdout="ok\n", limits=DEFAULT) for name, source in PROGRAMS.items()}
    return judge(verifier, cases)


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_honest_heavyweight_passes(found: dict[str, CandidateResult], name: str) -> None:
    result = found[name]
    assert result.passed, (result.detail, result.executions[0].stderr.text[-500:])


def test_64_threads_beside_the_main_one_pass(verifier: Verifier) -> None:
    (execution,) = run(verifier, threads(65), limits=Limits(wall_time_s=4.0))
    assert execution.stdout.text == "ok\n", execution.stderr.text[-500:]


def test_an_output_of_almost_a_mebibyte_passes(verifier: Verifier) -> None:
    (execution,) = run(verifier, "print('x' * 1_000_000)", limits=DEFAULT)
    assert execution.exit_code == 0
    assert execution.stdout.total_bytes == 1_000_001


def test_a_called_function_may_recurse_as_deep(verifier: Verifier) -> None:
    source = DEEP + "def f(n): return n and 1 + f(n - 1)"
    problem = Problem("deep", [CallTest("f", (100_000,), 100_000)], DEFAULT)
    (result,) = verifier.verify(problem, [source]).results
    assert result.passed, result.detail


NUMPY = """
try: import numpy
except ImportError: raise SystemExit("no numpy")
"""


def _with_numpy(verifier: Verifier, source: str) -> ExecutionResult:
    (execution,) = run(verifier, NUMPY + source, limits=DEFAULT)
    if execution.stderr.text.strip() == "no numpy":
        pytest.skip("the sandbox's Python has no numpy")
    return execution


def test_numpy_computes(verifier: Verifier) -> None:
    execution = _with_numpy(
        verifier, 'a = numpy.ones((1000, 1000))\nprint("ok" if (a @ a).sum() == 1000.0 ** 3 else 0)'
    )
    assert execution.stdout.text == "ok\n", execution


def test_numpy_is_loaded_before_a_program_asks_for_it_and_draws_other_numbers_for_each(
    verifier: Verifier,
) -> None:
    """A start of it takes 0.1 s and more of CPU time, which is no part of any run."""
    source = "print(numpy.random.random(), numpy.random.default_rng().random(), numpy.arange(3).sum())"
    runs = [_with_numpy(verifier, source) for _ in range(4)]
    drawn = {number for each in runs for number in each.stdout.text.split()[:2]}
    assert [each.stdout.text.split()[2] for each in runs] == ["3"] * 4, runs
    assert len(drawn) == 8, drawn
    assert min(each.usage.cpu_time_s for each in runs) < 0.05, runs


@pytest.mark.parametrize("tests", ["stdio", "call", "asserts"])
def test_numpy_serves_tests_of_every_kind(verifier: Verifier, tests: str) -> None:
    _with_numpy(verifier, "")
    source = "import numpy\ndef f(n): return int(numpy.arange(n).sum())\nif __name__ == '__main__': print(6)"
    of_kind: dict[str, StdioTest | CallTest | AssertsTest] = {
        "stdio": StdioTest("", "6"),
        "call": CallTest("f", (4,), 6),
        "asserts": AssertsTest("assert f(4) == 6"),
    }
    (result,) = verifier.verify(Problem(tests, [of_kind[tests]], DEFAULT), [source]).results
    assert result.passed, result
