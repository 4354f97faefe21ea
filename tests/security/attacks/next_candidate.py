"""The honest next candidate: it prints all it finds of the world that an earlier one could have changed."""

# ruff: noqa: E402, PTH109, PTH115, PTH208, T201

import sys

MODULES = sorted(sys.modules)

import builtins
import gc
import json
import os
import resource
import signal
import threading
from pathlib import Path


def kind(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}").split("[")[0]
    except FileNotFoundError:
        return "the listing itself"


def text(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


SIGNALS = ("SigQ", "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt", "NoNewPrivs", "Seccomp", "Threads")
FOLDERS = ("/tmp", "/dev/shm")
LIMITS = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))
found = {
    "modules": MODULES,
    "builtins": {
        name: f"{type(value).__name__} {getattr(value, '__module__', '')}"
        for name, value in sorted(vars(builtins).items())
    },
    "patched": [name for name, module in sys.modules.items() if getattr(module, "planted", None)],
    "json": [json.dumps({"a": [1, None]}), json.dumps.__module__, json.loads("[1.5]")],
    "files": {folder: [os.listdir(folder), oct(Path(folder).stat().st_mode)] for folder in FOLDERS},
    "processes": len([name for name in os.listdir("/proc") if name.isdigit()]),
    "ipc": [text(f"/proc/sysvipc/{name}")[1:] for name in ("shm", "sem", "msg")],
    "queues": Path("/dev/mqueue").exists() and os.listdir("/dev/mqueue"),
    "sockets": sorted(line.split()[7] for line in text("/proc/net/unix")[1:] if len(line.split()) > 7),
    "mounts": len(text("/proc/self/mountinfo")),
    "environment": dict(sorted(os.environ.items())),
    "place": [os.getcwd(), oct(os.umask(0o22)), os.getsid(0) == os.getpid(), sys.argv, sys.path],
    "limits": {name: resource.getrlimit(getattr(resource, name)) for name in LIMITS},
    "fds": [kind(fd) for fd in os.listdir("/proc/self/fd")],
    "status": [line for line in text("/proc/self/status") if line.split(":")[0] in SIGNALS],
    "schedule": [os.nice(0), os.sched_getscheduler(0), len(os.sched_getaffinity(0))],
    "timers": [signal.getitimer(which) for which in range(3)],
    "interpreter": [gc.isenabled(), gc.get_threshold(), sys.getrecursionlimit(), hash("planted")],
    "hooks": [str(sys.gettrace()), str(sys.getprofile()), threading.active_count(), len(sys.meta_path)],
}
print(sorted(os.sched_getaffinity(0)), file=sys.stderr)  # which of them is one thing in one sandbox
for name, value in found.items():
    print(name, json.dumps(value))
