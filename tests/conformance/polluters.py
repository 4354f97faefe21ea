"""Programs that leave in their sandbox whatever a program can leave, and one that looks for all of it."""

from __future__ import annotations

from textwrap import indent

# Prints what a program finds of the world around it, the same for every program in a clean sandbox.
LOOK = """
import builtins, gc, json, locale, os, random, resource, signal, socket, sys, threading, time, warnings

def lines(path):
    with open(path) as file: return len(file.readlines()) - 1

def folder(path):
    found = os.stat(path)
    try: attributes = os.listxattr(path)
    except OSError: attributes = []
    return [oct(found.st_mode), found.st_nlink, sorted(map(repr, os.listdir(os.fsencode(path)))), attributes]

def handlers():
    found = {}
    for number in sorted(set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}):
        if (handler := signal.getsignal(number)) not in (signal.SIG_DFL, signal.SIG_IGN): handler = "own"
        found[number.name] = str(handler)
    return found

def abstract_name_is_free():
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\\0left-behind")
    return True

mask = os.umask(0)
processes = {int(name) for name in os.listdir("/proc") if name.isdigit()} - {1, os.getpid()}
ipc = [f"/proc/sysvipc/{kind}" for kind in ("shm", "msg", "sem")]
limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
report = {
    "files": [folder("/tmp"), folder("/dev/shm")],
    "free": [os.statvfs(path).f_bfree == os.statvfs(path).f_blocks for path in ("/tmp", "/dev/shm")],
    "processes": len(processes),
    "children": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    "ipc": [lines(path) for path in ipc if os.path.exists(path)],
    "sockets": lines("/proc/net/unix"),
    "abstract": abstract_name_is_free(),
    "descriptors": sorted(os.listdir("/proc/self/fd")),
    "environment": dict(os.environ),
    "umask": oct(mask),
    "cwd": os.getcwd(),
    "timers": [signal.getitimer(kind) for kind in range(3)],
    "handlers": handlers(),
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "pending": sorted(signal.sigpending()),
    "limits": {name: resource.getrlimit(getattr(resource, name)) for name in limits},
    "nice": os.nice(0),
    "affinity": len(os.sched_getaffinity(0)),
    "policy": os.sched_getscheduler(0),
    "oom": open("/proc/self/oom_score_adj").read(),
    "threads": threading.active_count(),
    "modules": sorted(sys.modules),
    "builtins": sorted(vars(builtins)),
    "json": json.dumps([len("abc"), max(1, 2), 5, -1]),
    "path": sys.path,
    "recursion": sys.getrecursionlimit(),
    "hooks": [sys.gettrace() is None, sys.getprofile() is None, sys.excepthook is sys.__excepthook__],
    "collector": [gc.isenabled(), gc.get_threshold()],
    "warnings": len(warnings.filters),
    "locale": locale.setlocale(locale.LC_ALL),
    "zone": time.tzname,
    "switch": sys.getswitchinterval(),
    "digits": sys.get_int_max_str_digits(),
    "seeded": random.getstate() == random.Random(7).getstate(),
}
print(json.dumps(report))
"""

FILES = {
    "files of odd names": """
import os
for name in (b"new\\nline", b"\\xff\\xfe", b"-rf", b" ", b"...", b"a" * 255, "日本".encode(), b"*", b"\\x01"):
    for folder in (b"/tmp/", b"/dev/shm/"):
        with open(folder + name, "w") as file: file.write("left")
""",
    "files of odd kinds and modes": """
import os, socket
open("/tmp/none", "w").close(); os.chmod("/tmp/none", 0)
open("/tmp/all", "w").close(); os.chmod("/tmp/all", 0o7777)
os.mkdir("/tmp/closed"); open("/tmp/closed/file", "w").close(); os.chmod("/tmp/closed", 0)
os.symlink("/etc/passwd", "/tmp/link"); os.symlink("loop", "/tmp/loop"); os.mkfifo("/tmp/fifo")
socket.socket(socket.AF_UNIX).bind("/tmp/socket")
os.link("/tmp/all", "/tmp/hard")
""",
    "a deep tree": """
import os
for _ in range(1500):
    os.mkdir("folder")
    os.chdir("folder")
open("file", "w").close()
""",
    "thousands of files": "for n in range(3000): open(f'/tmp/{n}', 'w').close()",
    "folders that nobody may read": "import os\nos.chmod('/tmp', 0)\nos.chmod('/dev/shm', 0o7777)",
    "attributes of folders": """
import os
try: os.setxattr("/tmp", "user.left", b"behind")
except OSError: os.mkdir("/tmp/instead")
""",
    "a file that came and went": "import os\nopen('/tmp/x', 'w').close()\nos.unlink('/tmp/x')",
    "an open file without a name, held by a daemon": """
import os, time
file = open("/tmp/x", "wb"); file.write(b"x" * 1_000_000); file.flush(); os.unlink("/tmp/x")
if os.fork() == 0:
    os.setsid()
    time.sleep(60)
""",
}

PROCESSES = {
    "children": "import os, time\nfor _ in range(8):\n    if os.fork() == 0: time.sleep(60)",
    "zombies": "import os\nfor _ in range(8):\n    if os.fork() == 0: os._exit(0)",
    "a daemon": """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 64)
        time.sleep(60)
    os._exit(0)
os.wait()
""",
    "children that ignore signals": """
import os, signal, time
for _ in range(4):
    if os.fork() == 0:
        for number in (1, 2, 3, 14, 15, 17): signal.signal(number, signal.SIG_IGN)
        time.sleep(60)
""",
    "a child that is stopped": """
import os, signal
if (pid := os.fork()) == 0:
    while True: signal.pause()
os.kill(pid, signal.SIGSTOP)
""",
    "a process that hops": """
import os, time
if os.fork() == 0:
    os.setsid()
    while True:
        if os.fork(): os._exit(0)
time.sleep(0.05)
""",
    "another program": "import subprocess\nsubprocess.Popen(['sleep', '60'], start_new_session=True)",
}

KERNEL = {
    "a name among sockets": """
import os, socket, time
server = socket.socket(socket.AF_UNIX)
server.bind("\\0left-behind")
server.listen()
if os.fork() == 0: time.sleep(60)
""",
    "shared memory": """
from multiprocessing import resource_tracker, shared_memory
resource_tracker.register = lambda *_: None
memory = shared_memory.SharedMemory("left-behind", create=True, size=4096)
memory.buf[:4] = b"left"
""",
    "shared memory and queues of System V": """
import ctypes
c = ctypes.CDLL(None)
c.shmget(7, 4096, 0o1666), c.msgget(7, 0o1666), c.semget(7, 1, 0o1666)
""",
    "a queue of messages": "import ctypes\nctypes.CDLL(None).mq_open(b'/left', 0o102, 0o666, None)",
    "timers and signals": """
import signal
signal.alarm(30); signal.setitimer(signal.ITIMER_PROF, 30)
signal.signal(signal.SIGTERM, print); signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
signal.raise_signal(signal.SIGUSR1)
""",
    "umask, folder, environment": """
import os
os.umask(0o777); os.chdir("/usr"); os.environ.clear(); os.environ["LEFT"] = "behind"
""",
    "limits and priorities": """
import os, resource
os.nice(5)
for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_STACK, resource.RLIMIT_FSIZE):
    resource.setrlimit(kind, (32, 32))
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
""",
}

INTERPRETER = {
    "other built-ins": """
import builtins
builtins.len = lambda *_: 0
builtins.max = lambda *_: 0
builtins.open = None
builtins.left = "behind"
""",
    "another json": "import json\njson.dumps = json.JSONEncoder.encode = lambda *_: 'left behind'",
    "other modules": """
import sys, types
sys.modules["json"] = sys.modules["os"] = sys.modules["left"] = types.ModuleType("left")
sys.path[:] = ["/tmp"]
""",
    "modules of its own beside the program": """
for name in ("json", "os", "random", "sitecustomize"):
    with open(f"/tmp/{name}.py", "w") as file: file.write("raise SystemExit('left behind')")
""",
    "other settings": """
import gc, locale, random, sys, threading, time, warnings, os
sys.setrecursionlimit(50_000); sys.setswitchinterval(1); sys.set_int_max_str_digits(0)
gc.disable(); random.seed(7); warnings.simplefilter("ignore"); threading.stack_size(1 << 20)
locale.setlocale(locale.LC_ALL, "C"); os.environ["TZ"] = "Asia/Tokyo"; time.tzset()
""",
    "hooks": """
import sys, threading, atexit
sys.excepthook = sys.displayhook = sys.unraisablehook = print
sys.settrace(lambda *_: None); sys.addaudithook(lambda *_: None); atexit.register(print, "left behind")
""",
    "another five": """
import ctypes
ctypes.c_int.from_address(id(5) + 24).value = 6
""",
}

ENDINGS = {
    "a crash": "import ctypes, os\nif os.fork(): ctypes.string_at(1)\nos.setsid()\nwhile True: pass",
    "a CPU limit": "import os\nopen('/tmp/x', 'w').close()\nfor _ in range(3): os.fork()\nwhile True: pass",
    "a memory limit": "import os, time\nif os.fork() == 0: time.sleep(60)\nkept = b'x' * (1 << 28)",
    "an output limit": "import os\nos.mkdir('/tmp/x')\nos.fork()\nwhile True: os.write(1, b'x' * 1000)",
}

POLLUTERS = FILES | PROCESSES | KERNEL | INTERPRETER | ENDINGS


def program(polluter: str) -> str:
    """Return a program that leaves something where its input is `pollute`, and looks otherwise."""
    return f"if input() == 'pollute':\n{indent(polluter, '    ')}\nelse:\n{indent(LOOK, '    ')}"
