"""`python3 -S warm_fork.py PROGRAM COUNT`: the bare price of a fork of a warm interpreter that runs one test.

It compiles the program of a file once, forks for each test with a pipe for what is said, and writes the CPU
seconds of all that. It is started with the interpreter that sandboxes run, outside every wall.
"""

import gc
import io
import os
import resource
import sys
from pathlib import Path
from types import CodeType


def cpu_s() -> float:
    """Return the CPU seconds of this process and of its children."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def run_once(code: CodeType, given: bytes) -> bytes:
    """Fork, run the program on its input, and return what it printed."""
    stdin = os.memfd_create("stdin")
    os.write(stdin, given)
    os.lseek(stdin, 0, os.SEEK_SET)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(stdin, 0)
        os.dup2(writing, 1)
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "rb", closefd=False)), encoding="utf-8")
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "wb", closefd=False)), encoding="utf-8")
        exec(code, {"__name__": "__main__", "__builtins__": __builtins__})  # noqa: S102
        sys.stdout.flush()
        os._exit(0)
    os.close(stdin)
    os.close(writing)
    said = os.read(reading, 1 << 16)
    os.close(reading)
    os.waitpid(pid, 0)
    return said


def main(path: str, count: int) -> None:
    """Fork so many times and write the CPU seconds."""
    code = compile(Path(path).read_text(), "program.py", "exec")
    gc.collect()
    gc.freeze()
    began_s = cpu_s()
    for number in range(count):
        assert run_once(code, b"%d\n" % (number % 10 + 20)).strip().isdigit()
    print(cpu_s() - began_s)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
