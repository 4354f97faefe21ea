"""Programs that meet a limit or fail, each with the verdict that names how."""

from __future__ import annotations

from dataclasses import replace

from tests.conformance.cases import MIB, SMALL, Case
from verifierd_client import KilledBy, Verdict

CPU = (Verdict.TIME_LIMIT_EXCEEDED, KilledBy.CPU_LIMIT, "of CPU time; the limit is 0.5 s")
WALL = (Verdict.TIME_LIMIT_EXCEEDED, KilledBy.WALL_LIMIT, "the wall limit is 1 s")
MEMORY = (Verdict.MEMORY_LIMIT_EXCEEDED, KilledBy.MEMORY_LIMIT, "more memory than the limit of 64 MiB")
OUTPUT = (Verdict.OUTPUT_LIMIT_EXCEEDED, KilledBy.OUTPUT_LIMIT, "the limit is 10000 bytes")
FAILED = (Verdict.RUNTIME_ERROR, KilledBy.NOBODY)

SHORT_WALL = replace(SMALL, wall_time_s=1.0)
# So large that memory is what a full disk meets.
LARGE_DISK = replace(SMALL, disk_bytes=256 * MIB)

CPU_CASES = {
    "loops": Case("while True: pass", *CPU),
    "loops in threads": Case(
        """
import threading
def loop():
    while True: pass
for _ in range(4): threading.Thread(target=loop).start()
""",
        *CPU,
    ),
    "loops in children": Case("import os\nos.fork()\nos.fork()\nwhile True: pass", *CPU),
    "its children take turns": Case(
        """
import os
while True:
    if os.fork() == 0:
        sum(range(100_000))
        os._exit(0)
    os.wait()
""",
        *CPU,
    ),
    "a grandchild loops after its parent's end": Case(
        """
import os, time
if os.fork() == 0:
    if os.fork() == 0:
        while True: pass
    os._exit(0)
os.wait()
time.sleep(60)
""",
        *CPU,
    ),
    "loops in the kernel": Case("import os\nwhile True: os.stat('/tmp')", *CPU),
    "loops in one call": Case("sum(range(1 << 62))", *CPU),
    "ignores every signal": Case(
        """
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}: signal.signal(number, signal.SIG_IGN)
while True: pass
""",
        *CPU,
    ),
    "catches everything": Case(
        """
while True:
    try:
        while True: pass
    except BaseException: pass
""",
        *CPU,
    ),
    "forks without end": Case(
        """
import os
while True:
    try: os.fork()
    except OSError: pass
""",
        *CPU,
    ),
    "searches without end": Case("import re\nre.match('(a+)+$', 'a' * 64 + 'b')", *CPU),
}

WALL_CASES = {
    "sleeps": Case("import time\ntime.sleep(60)", *WALL, limits=SHORT_WALL),
    "waits for itself": Case(
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()", *WALL, limits=SHORT_WALL
    ),
    "waits for a child that sleeps": Case(
        "import os, time\nif os.fork() == 0: time.sleep(60)\nos.wait()", *WALL, limits=SHORT_WALL
    ),
    "reads from a pipe that nobody writes to": Case(
        "import os\nreading, writing = os.pipe()\nos.read(reading, 1)", *WALL, limits=SHORT_WALL
    ),
    "stops itself": Case("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", *WALL, limits=SHORT_WALL),
}

MEMORY_CASES = {
    "eats the heap": Case("kept = []\nwhile True: kept.append(bytearray(1 << 20))", *MEMORY),
    "eats the heap in small pieces": Case(
        "kept = []\nwhile True: kept.append([0] * 1000)", *MEMORY, limits=replace(SMALL, cpu_time_s=2.0)
    ),
    "takes all at once": Case("kept = b'x' * (1 << 28)", *MEMORY),
    "eats memory of its own mapping": Case(
        "import mmap\nkept = mmap.mmap(-1, 1 << 28)\nfor at in range(0, 1 << 28, 4096): kept[at] = 1", *MEMORY
    ),
    "its children eat it together": Case(
        """
import os, time
for _ in range(4):
    if os.fork() == 0:
        kept = b'x' * (24 << 20)
        time.sleep(60)
time.sleep(60)
""",
        *MEMORY,
    ),
    "a child eats it and the parent ends well": Case(
        """
import os
if os.fork() == 0:
    kept = []
    while True: kept.append(bytearray(1 << 20))
os.wait()
print("well")
""",
        *MEMORY,
    ),
    "fills temporary files": Case(
        "for n in range(200):\n    open(f'/tmp/{n}', 'wb').write(b'x' * (1 << 20))",
        *MEMORY,
        limits=LARGE_DISK,
    ),
    "fills shared memory": Case(
        "for n in range(200):\n    open(f'/dev/shm/{n}', 'wb').write(b'x' * (1 << 20))",
        *MEMORY,
        limits=LARGE_DISK,
    ),
    "half in files, half in memory": Case(
        "open('/tmp/file', 'wb').write(b'x' * (40 << 20))\nkept = b'x' * (40 << 20)",
        *MEMORY,
        limits=LARGE_DISK,
    ),
    "asks for more than there can be": Case(
        "kept = bytes(1 << 50)", Verdict.MEMORY_LIMIT_EXCEEDED, exit_code=1, detail="limit of 64 MiB"
    ),
    "handles that it cannot have so much": Case(
        "try:\n    kept = bytes(1 << 50)\nexcept MemoryError:\n    print('less')", stdout="less\n"
    ),
}

OUTPUT_CASES = {
    "floods standard output": Case("while True: print('x' * 999)", *OUTPUT),
    "floods standard error": Case("import sys\nwhile True: sys.stderr.write('x' * 999)", *OUTPUT),
    "a child floods": Case(
        "import os\nif os.fork() == 0:\n    while True: os.write(1, b'x' * 999)\nos.wait()", *OUTPUT
    ),
    "one byte too much, then ends": Case("import sys\nsys.stdout.write('x' * 10_001)", *OUTPUT),
    "one byte too much on standard error, then ends": Case(
        "import sys\nsys.stderr.write('x' * 10_001)", *OUTPUT
    ),
    "too much, then raises": Case("print('x' * 20_000, flush=True)\n1 / 0", *OUTPUT),
    "too much, then waits": Case("import time\nprint('x' * 20_000, flush=True)\ntime.sleep(60)", *OUTPUT),
    "as much as it may, on both": Case(
        "import sys\nsys.stdout.write('x' * 10_000)\nsys.stderr.write('x' * 10_000)", stdout="x" * 10_000
    ),
}

# There is no verdict of their own for these: the call fails, and what the program makes of that is its end.
REFUSED_CASES = {
    "more processes than it may have": Case(
        "import os, time\nfor _ in range(40):\n    if os.fork() == 0: time.sleep(60)",
        *FAILED,
        "Resource temporarily unavailable",
        exit_code=1,
    ),
    "more threads than it may have": Case(
        """
import threading
done = threading.Event()
try:
    for _ in range(40): threading.Thread(target=done.wait).start()
finally:
    done.set()
""",
        *FAILED,
        "can't start new thread",
        exit_code=1,
    ),
    "more open files than it may have": Case(
        "kept = [open('/dev/null') for _ in range(80)]", *FAILED, "Too many open files", exit_code=1
    ),
    "a larger file than the disk": Case(
        "with open('/tmp/file', 'wb') as file:\n    for _ in range(20): file.write(b'x' * (1 << 20))",
        *FAILED,
        "File too large",
        exit_code=1,
    ),
    "more files than the disk": Case(
        "for n in range(20):\n    open(f'/tmp/{n}', 'wb').write(b'x' * (1 << 20))",
        *FAILED,
        "No space left on device",
        exit_code=1,
    ),
    "makes do with the processes it gets": Case(
        """
import os, time
children = 0
try:
    while True:
        if os.fork() == 0: time.sleep(60)
        children += 1
except OSError:
    print(children)
""",
        stdout="15\n",
    ),
    "makes do with the files it gets": Case(
        """
import os
highest = 0
try:
    while True: highest = os.open("/dev/null", os.O_RDONLY)
except OSError:
    print(highest)
""",
        stdout="63\n",
    ),
}

ENDINGS = {
    "prints nothing": Case("x = 1"),
    "only a comment": Case("# nothing"),
    "exits with 0": Case("raise SystemExit(0)", exit_code=0),
    "exits with 3": Case("raise SystemExit(3)", *FAILED, exit_code=3),
    "exits with 137, as a killed shell does": Case("import os\nos._exit(137)", *FAILED, exit_code=137),
    "exits with a text": Case("raise SystemExit('no')", *FAILED, "no", exit_code=1),
    "raises": Case("1 / 0", *FAILED, "ZeroDivisionError: division by zero", exit_code=1),
    "raises a class of its own": Case(
        "class Odd(Exception): pass\nraise Odd('é')", *FAILED, "Odd: é", exit_code=1
    ),
    "raises what cannot be shown": Case(
        "class Odd(Exception):\n    def __str__(self): raise self\nraise Odd", *FAILED, "Odd", exit_code=1
    ),
    "recurses without end": Case("def f(): f()\nf()", *FAILED, "RecursionError", exit_code=1),
    "reads past the end": Case("input()", *FAILED, "EOFError", exit_code=1),
    "crashes": Case("import ctypes\nctypes.string_at(1)", *FAILED, "SIGSEGV", term_signal=11),
    "aborts": Case("import os\nos.abort()", *FAILED, "SIGABRT", term_signal=6),
    "kills itself, as a limit would": Case(
        "import os\nos.kill(os.getpid(), 9)", *FAILED, "SIGKILL", term_signal=9
    ),
    "ends by the signal of a CPU limit": Case(
        "import os\nos.kill(os.getpid(), 24)", *FAILED, "SIGXCPU", term_signal=24
    ),
    "a child crashes and the parent ends well": Case(
        "import os\nif os.fork() == 0: os.abort()\nos.wait()", exit_code=0
    ),
    "does not parse": Case("def f(:", Verdict.COMPILE_ERROR, detail="SyntaxError: invalid syntax (line 1)"),
    "does not indent": Case("if 1:\nx = 1", Verdict.COMPILE_ERROR, detail="IndentationError"),
    "nests past the parser": Case("(" * 5000, Verdict.COMPILE_ERROR),
    "declares what it cannot": Case("return 1", Verdict.COMPILE_ERROR, detail="outside function"),
    "nothing at all": Case("", Verdict.NO_CODE),
    "only blanks": Case(" \n\t\n", Verdict.NO_CODE),
}

CASES = CPU_CASES | WALL_CASES | MEMORY_CASES | OUTPUT_CASES | REFUSED_CASES | ENDINGS
