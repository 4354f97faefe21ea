"""Under the limits of a problem that names none, honest programs pass that need much of everything."""

from __future__ import annotations

import pytest

from tests.conformance.cases import Case, judge, run
from verifierd_client import CallTest, CandidateResult, Limits, Problem, Verifier

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


@pytest.mark.xfail(
    strict=True,
    reason="64 processes and threads are allowed by default, the main thread among them: a pool of 64 fails",
)
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


def test_numpy_computes_with_its_threads(verifier: Verifier) -> None:
    source = """
try: import numpy
except ImportError: raise SystemExit("no numpy")
a = numpy.ones((1000, 1000))
print("ok" if (a @ a).sum() == 1000.0 ** 3 else 0)
"""
    (execution,) = run(verifier, source, limits=DEFAULT)
    if execution.stderr.text.strip() == "no numpy":
        pytest.skip("the sandbox's Python has no numpy")
    assert execution.stdout.text == "ok\n", execution
