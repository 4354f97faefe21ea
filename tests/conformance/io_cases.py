"""Programs that read, write and close in ordinary and in odd ways, with every byte that is expected."""

from __future__ import annotations

from tests.conformance.cases import ROOMY, Case
from verifierd_client import KilledBy, Verdict

TEXT = "é ß 日本語 \U0001f600 \u2028 \u202e \x7f\x1b[0m \ufeff"
LINES = "".join(f"{n} {TEXT}\n" for n in range(500_000))
FAILED = (Verdict.RUNTIME_ERROR, KilledBy.NOBODY)

ENCODING_CASES = {
    "text in the source": Case(f"print({TEXT!r})\nprint('''{TEXT}''')", stdout=f"{TEXT}\n{TEXT}\n"),
    "names of other alphabets": Case("größe = 3\nprint(größe)", stdout="3\n"),
    "text from input to output": Case("print(input())", stdin=TEXT + "\n", stdout=TEXT + "\n"),
    "text in arguments of other programs": Case(
        f"import subprocess\nsubprocess.run(['printf', '%s', {TEXT!r}])", stdout=TEXT
    ),
    "text in names of files": Case(
        "import os\nopen('/tmp/日本 é', 'w').write('x')\nprint(os.listdir('/tmp'))", stdout="['日本 é']\n"
    ),
    "text in an exception": Case("raise ValueError('日本語 é')", *FAILED, "ValueError: 日本語 é"),
    "half of a pair in an exception": Case("raise ValueError('\\ud800')", *FAILED, "ValueError: \\ud800"),
    "every byte from input to output": Case(
        "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())",
        stdin=bytes(range(256)),
        stdout=bytes(range(256)),
    ),
    "bytes that are no text, as text": Case(
        "print(input())", stdin=b"\xff\xfe\x80\n", stdout=b"\xff\xfe\x80\n"
    ),
    "NUL bytes": Case("print('a\\0b')", stdout="a\0b\n"),
    "half of a pair cannot be written": Case("print('\\ud800')", *FAILED, "surrogates not allowed"),
    "carriage returns": Case("print(repr(input()))\nprint('a\\r')", stdin="x\r\n", stdout="'x\\r'\na\r\n"),
    "no newline at the end": Case("import sys\nsys.stdout.write(sys.stdin.read())", stdin="x", stdout="x"),
    "a byte order mark before the source": Case("\ufeffprint('x')", stdout="x\n"),
    "a source with carriage returns": Case("print('''a\r\nb''')\r\n", stdout="a\nb\n"),
}

SIZE_CASES = {
    "a large output": Case(
        "import sys\nfor _ in range(640): sys.stdout.write('0123456789abcdef' * 4096)",
        stdout="0123456789abcdef" * (640 * 4096),
        limits=ROOMY,
    ),
    "a large output in small pieces": Case(
        "import os\nfor _ in range(50_000): os.write(1, b'x' * 100)", stdout="x" * 5_000_000, limits=ROOMY
    ),
    "a large input, line by line": Case(
        "import sys\nprint(sum(len(line) for line in sys.stdin))",
        stdin=LINES,
        stdout=f"{len(LINES)}\n",
        limits=ROOMY,
    ),
    "a large input at once": Case(
        "import hashlib, sys\nprint(len(sys.stdin.buffer.read()))",
        stdin=LINES,
        stdout=f"{len(LINES.encode())}\n",
        limits=ROOMY,
    ),
    "a large input that it never reads": Case("print('done')", stdin=LINES, stdout="done\n", limits=ROOMY),
    "a large input that it closes": Case(
        "import os\nos.close(0)\nprint('done')", stdin=LINES, stdout="done\n", limits=ROOMY
    ),
    "a large input of which it reads a line": Case(
        "print(input())", stdin=LINES, stdout=LINES.partition("\n")[0] + "\n", limits=ROOMY
    ),
    "a large input through another program": Case(
        "import subprocess, sys\nsubprocess.run(['wc', '-c'])",
        stdin=LINES,
        stdout=f"{len(LINES.encode())}\n",
        limits=ROOMY,
    ),
    "thousands of files": Case(
        """
import os
for n in range(8000):
    with open(f"/tmp/{n}", "w") as file: file.write("x")
print(len(os.listdir("/tmp")), sum(os.path.getsize(f"/tmp/{n}") for n in range(8000)))
""",
        stdout="8000 8000\n",
        limits=ROOMY,
    ),
    "more files than a file system may have": Case(
        "import os\nfor n in range(1_000_000): os.mkdir(f'/tmp/{n}')", *FAILED, "No space left", limits=ROOMY
    ),
    "a tree of folders deeper than a path is long": Case(
        "import os\nfor n in range(2000):\n    os.mkdir('folder')\n    os.chdir('folder')\nprint(n)",
        stdout="1999\n",
        limits=ROOMY,
    ),
}

STREAM_CASES = {
    "closes its output early": Case("import os\nprint('a', flush=True)\nos.close(1)", stdout="a\n"),
    "closes its output's object": Case("import sys\nprint('a')\nsys.stdout.close()", stdout="a\n"),
    "closes all it has": Case("import os\nprint('a', flush=True)\nos.closerange(0, 64)", stdout="a\n"),
    "writes to an output that it closed": Case(
        "import os\nos.close(1)\nprint('a')", *FAILED, "Bad file descriptor", exit_code=120
    ),
    "closes its input": Case("import sys\nsys.stdin.close()\nprint('a')", stdout="a\n"),
    "reads a closed input": Case("import sys\nsys.stdin.close()\ninput()", *FAILED, "ValueError"),
    "writes after the end of its input": Case(
        "import sys\nprint(sys.stdin.read(), end='')\nprint(repr(sys.stdin.read()))\nprint('b')",
        stdin="a\n",
        stdout="a\n''\nb\n",
    ),
    "asks again after the end of its input": Case(
        "n = 0\nwhile n < 3:\n    try: input()\n    except EOFError: n += 1\nprint(n)", stdout="3\n"
    ),
    "opens its input by name": Case("print(open('/dev/stdin').read(), end='')", stdin="a\n", stdout="a\n"),
    "opens its output by name": Case(
        "with open('/dev/stdout', 'w') as out: out.write('a\\n')\nprint('b')", stdout="a\nb\n"
    ),
    "a child outlives it and holds its output": Case(
        "import os, time\nif os.fork() == 0: time.sleep(60)\nprint('a')",
        stdout="a\n",
    ),
    "a daemon outlives it and holds its output": Case(
        """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep(60)
    os._exit(0)
os.wait()
print("a")
""",
        stdout="a\n",
    ),
    "a thread outlives its main thread": Case(
        "import threading, time\nthreading.Timer(0.1, print, ['b']).start()\nprint('a')", stdout="a\nb\n"
    ),
    "a daemon thread does not": Case(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\nprint('a')",
        stdout="a\n",
    ),
    "ends a child that takes too long": Case(
        """
import subprocess
try: subprocess.run(["sleep", "60"], timeout=0.1)
except subprocess.TimeoutExpired: print("late")
""",
        stdout="late\n",
    ),
    "children write in turn": Case(
        """
import os
for n in range(5):
    if os.fork() == 0:
        os.write(1, b"%d\\n" % n)
        os._exit(0)
    os.wait()
""",
        stdout="0\n1\n2\n3\n4\n",
    ),
    "a pipe that its reader leaves": Case(
        "import subprocess\nsubprocess.run('yes | head -n 2', shell=True, check=True)", stdout="y\ny\n"
    ),
    "a pool of processes": Case(
        "import multiprocessing\nwith multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, 2]))",
        stdout="[1, 2]\n",
        limits=ROOMY,
    ),
    "asyncio and its children": Case(
        """
import asyncio
async def main():
    process = await asyncio.create_subprocess_exec("echo", "a")
    print(await process.wait())
asyncio.run(main())
""",
        stdout="a\n0\n",
        limits=ROOMY,
    ),
    "prints from exit functions": Case(
        "import atexit\natexit.register(print, 'b')\nprint('a')", stdout="a\nb\n"
    ),
}

CASES = ENCODING_CASES | SIZE_CASES | STREAM_CASES
