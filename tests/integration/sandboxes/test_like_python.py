"""A program writes and ends here as it does under `python3 program.py`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sandboxes.model import StdioRun
from sandboxes.python import find_python

from .conftest import Perform, job

pytestmark = pytest.mark.anyio

STDIN = b"3 4\r\nnext line\n\xff"

FAST_IO = """
import os, sys
from io import BytesIO, IOBase

class FastIO(IOBase):
    newlines = 0
    def __init__(self, file):
        self._fd = file.fileno()
        self.buffer = BytesIO()
        self.writable = "x" in file.mode or "r" not in file.mode
        self.write = self.buffer.write if self.writable else None
    def readline(self):
        while self.newlines == 0:
            b = os.read(self._fd, max(os.fstat(self._fd).st_size, 8192))
            self.newlines = b.count(b"\\n") + (not b)
            ptr = self.buffer.tell()
            self.buffer.seek(0, 2), self.buffer.write(b), self.buffer.seek(ptr)
        self.newlines -= 1
        return self.buffer.readline()
    def flush(self):
        if self.writable:
            os.write(self._fd, self.buffer.getvalue())
            self.buffer.truncate(0), self.buffer.seek(0)

class IOWrapper(IOBase):
    def __init__(self, file):
        self.buffer = FastIO(file)
        self.flush = self.buffer.flush
        self.writable = self.buffer.writable
        self.write = lambda s: self.buffer.write(s.encode("ascii"))
        self.readline = lambda: self.buffer.readline().decode("ascii")

sys.stdin, sys.stdout = IOWrapper(sys.stdin), IOWrapper(sys.stdout)
input = lambda: sys.stdin.readline().rstrip("\\r\\n")
print(sum(map(int, input().split())))
"""

PROGRAMS = {
    "names and modes of the streams": (
        "import sys\nfor f in (sys.stdin, sys.stdout, sys.stderr):\n"
        "    print(f.name, f.mode, f.buffer.name, f.buffer.mode, f.encoding, f.errors, f.line_buffering, f.fileno())"
    ),
    "the FastIO template": FAST_IO,
    "line ends come as they are": "import sys\nprint(ascii(sys.stdin.read()))",
    "lines of input": "for _ in range(2): print(ascii(input()))",
    "an exit function that writes to the first stream": (
        "import atexit, io, sys\nsys.stdout = io.StringIO()\nprint('a')\n"
        "atexit.register(lambda: sys.__stdout__.write(sys.stdout.getvalue()))"
    ),
    "a stream replaced after output": "import io, sys\nprint('a')\nsys.stdout = io.StringIO()\nprint('b')",
    "a stream replaced by nothing": "import sys\nprint('a')\nsys.stdout = None\nprint('b')",
    "a file of its own on the same descriptor": "import os\nf = os.fdopen(1, 'w')\nf.write('a')",
    "another one": "f = open(1, 'w')\nf.write('a')",
    "its own file in a function's reach": "f = open(1, 'w')\ndef g(): f.write('a')\ng()",
    "its own file as the stream": "import sys\nsys.stdout = open(1, 'w')\nprint('a')",
    "its own file among the built-ins": (
        "import builtins\nf = open(1, 'w')\nbuiltins.print = lambda *a: f.write(str(a))\nprint('a')"
    ),
    "its own buffer": "import io, sys\nw = io.BufferedWriter(sys.stdout.buffer.raw)\nw.write(b'a')",
    "its own buffer, held by a signal handler": (
        "import io, signal, sys\nw = io.BufferedWriter(sys.stdout.buffer.raw)\nw.write(b'a')\n"
        "signal.signal(signal.SIGTERM, lambda *_: w.flush())"
    ),
    "its own file in a module that it made": (
        "import sys, types\nm = sys.modules['m'] = types.ModuleType('m')\nm.f = open(1, 'w')\nm.f.write('a')\ndel m"
    ),
    "a finalizer that prints": "class A:\n    def __del__(self): print('a')\na = A()",
    "a finalizer that uses other globals": (
        "import sys\ndef say(x): sys.stdout.write(x)\nclass A:\n    def __init__(self): self.me = self\n"
        "    def __del__(self): say('a')\na = A()"
    ),
    "a finalizer under a replaced stream": (
        "import io, sys\nclass A:\n    def __del__(self): print('a')\na = A()\nsys.stdout = io.StringIO()"
    ),
    "a finalizer that raises": "class A:\n    def __del__(self): 1 / 0\na = A()\nprint('a')",
    "a live generator": "def g():\n    try: yield\n    finally: print('a')\nx = g()\nnext(x)",
    "a live generator in a container": (
        "def g():\n    try: yield\n    finally: print('a')\nx = {'k': [g()]}\nnext(x['k'][0])"
    ),
    "a live generator among many objects": (
        "def g():\n    try: yield\n    finally: print('a')\nx = [[n] for n in range(5000)] + [g()]\nnext(x[-1])"
    ),
    "a generator behind iterators": (
        "def g():\n    try: yield 1\n    finally: print('a')\nx = enumerate(map(str, zip(g())))\nprint(next(x))"
    ),
    "a generator in the reach of a function of a built-in's name": (
        "import builtins\ndef g():\n    try: yield\n    finally: print('a')\n"
        "def f(x=g()): next(x)\nf()\nbuiltins.kept = f\ndel f, g"
    ),
    "a finalizer of an instance that only a default holds": (
        "class A:\n    def __del__(self): print('a')\ndef f(x=A()): pass\ndel A"
    ),
    "objects that the collector was told to forget": "import gc\nf = open(1, 'w')\nf.write('a')\ngc.freeze()",
    "a finalizer that is given to a class of Python's": (
        "from collections import Counter\nCounter.__del__ = lambda self: print('a')\nx = Counter()\nprint('b')"
    ),
    "containers and functions alone": (
        "from collections import Counter, defaultdict, deque\nfrom functools import lru_cache, partial\n"
        "@lru_cache\ndef f(x): return [x]\nx = deque([Counter('ab'), defaultdict(list), f(1), partial(f, 2)])\n"
        "y = iter([1]), zip(x), x.append\nprint(len(x), x[0])"
    ),
    "output that is not flushed, of both streams": "import sys\nprint('a', end='')\nsys.stderr.write('b')",
    "an exit without a word": "import sys\nprint('a')\nsys.exit()",
    "an exit by its class": "print('a')\nraise SystemExit(4)",
    "an end of output that nobody reads any more": (
        "import os, sys\nreading, writing = os.pipe()\nos.dup2(writing, 1)\nos.close(reading)\nprint('a')"
    ),
    "a weak reference's callback": (
        "import weakref\nclass A: pass\na = A()\nweakref.finalize(a, print, 'a')\nprint('b')"
    ),
    "exit functions before finalizers": (
        "import atexit\nclass A:\n    def __del__(self): print('gone')\na = A()\natexit.register(print, 'exit')"
    ),
    "finalizers after an exception": "class A:\n    def __del__(self): print('a')\na = A()\n1 / 0",
    "finalizers after an exit": "import sys\nclass A:\n    def __del__(self): print('a')\na = A()\nsys.exit(3)",
    "threads before exit functions": (
        "import atexit, threading, time\natexit.register(print, 'exit')\n"
        "threading.Thread(target=lambda: (time.sleep(0.05), print('thread'))).start()\nprint('main')"
    ),
    "a daemon thread is left behind": (
        "import threading, time\nf = open(1, 'w')\nf.write('a')\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    ),
    "a stream without a flush": (
        "import sys\nclass S:\n    def write(self, s): sys.__stdout__.write(s)\nsys.stdout = S()\nprint('a')"
    ),
    "a stream without `closed`": (
        "import sys\nclass S:\n    def write(self, s): sys.__stdout__.write(s)\n    def flush(self): pass\n"
        "sys.stdout = S()\nprint('a')"
    ),
    "a closed descriptor": "import os\nprint('a')\nos.close(1)",
    "a closed stream": "import os, sys\nprint('a')\nsys.stdout.close()\nos.write(1, b'b')",
    "a hook for uncaught exceptions": (
        "import sys\nsys.excepthook = lambda kind, error, trace: print(kind.__name__, error, trace.tb_lineno)\n1 / 0"
    ),
    "a hook that leaves": "import sys\nsys.excepthook = lambda *_: sys.exit(7)\n1 / 0",
    "a hook that fails": "import sys\nsys.excepthook = lambda *_: {}['x']\n1 / 0",
    "site's built-ins": "print(license, credits.__class__, copyright.__class__, exit, quit, help)",
    "/dev/stdout": "with open('/dev/stdout', 'w') as f: f.write('a')\nopen('/proc/self/fd/1', 'a').write('b')",
    "/dev/stderr": "import sys\nprint('a', file=open('/dev/stderr', 'w'))",
    "/dev/stdin": "print(open('/dev/stdin', 'rb').read(), open(0, 'rb').read(2))",
    "a program that only prints": "print('a')",
}


@pytest.fixture(scope="session")
def python() -> str:
    return find_python(None)


@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_program_writes_and_ends_as_under_python(
    perform: Perform, python: str, tmp_path: Path, name: str
) -> None:
    program, stdin = tmp_path / "program.py", tmp_path / "stdin"
    program.write_text(PROGRAMS[name])
    stdin.write_bytes(STDIN)
    with stdin.open("rb") as file:
        real = subprocess.run(  # noqa: ASYNC221 - tens of milliseconds
            [python, program], stdin=file, capture_output=True, env={"LANG": "C.UTF-8"}, check=False
        )
    (ours,) = await perform(job(PROGRAMS[name], StdioRun(STDIN)))
    assert (ours.stdout, ours.exit_code) == (real.stdout, real.returncode), ours
    assert _told(ours.stderr) == _told(real.stderr)


def _told(stderr: bytes) -> list[str]:
    """The lines of a traceback that depend neither on where a program lies nor on Python's version.

    Versions differ in the marks below lines, and in how they name what an ignored exception came of.
    """
    told = []
    for line in stderr.decode().splitlines():
        if line.startswith("Exception ignored"):
            told.append("Exception ignored")
        elif "File" not in line and " at 0x" not in line and set(line) - set(" ~^"):
            told.append(line)
    return told


@pytest.mark.usefixtures("own_uids")
async def test_standard_output_can_be_opened_by_name_but_not_read(perform: Perform) -> None:
    source = "print('a', flush=True)\ntry:\n    print(open('/dev/stdout', 'rb').read(1))\nexcept PermissionError:\n    print('no')"
    (outcome,) = await perform(job(source))
    assert outcome.stdout == b"a\nno\n"
