# what: watches by inotify, dnotify and fanotify what a neighbour or the host opens in folders that they share
# expect: ACCEPTED
# copies: 4
# limits: wall_time_s=10
import ctypes
import fcntl
import os
import platform
import signal
import sys
import time

FANOTIFY_INIT = {"x86_64": 300, "aarch64": 262}[platform.machine()]
ALL = 0xFFF
libc = ctypes.CDLL(None, use_errno=True)

shared = ["/usr", "/usr/bin", "/usr/lib", "/usr/share", os.path.dirname(os.__file__), "/usr/bin/env", "/usr/lib/os-release", "/etc", "/run",
          "/dev", "/dev/null", "/dev/zero", "/dev/urandom", "/run/verifierd.zip", os.path.realpath(sys.executable)]  # fmt: skip
escaped = []
signal.signal(signal.SIGIO, lambda *_: escaped.append("a signal: somebody opened something in a shared folder"))
watch = libc.inotify_init1(0o4000)
if watch >= 0:
    for path in shared:
        libc.inotify_add_watch(watch, path.encode(), ALL)
held = []
for path in shared:
    try:
        held.append(os.open(path, os.O_RDONLY | os.O_DIRECTORY))
        fcntl.fcntl(held[-1], fcntl.F_NOTIFY, -0x80000000 | 0x3F)  # not once, but always
    except OSError:
        pass
for flags in (0, 0x200, 0x204, 0x600):
    if libc.syscall(ctypes.c_long(FANOTIFY_INIT), ctypes.c_long(flags), ctypes.c_long(0)) >= 0:
        escaped.append(f"fanotify with {flags:#x}")
time.sleep(0.2)  # its own doing is over; what comes now is somebody else's
seen = b""
try:
    seen = os.read(watch, 1 << 16) if watch >= 0 else b""
except OSError:
    pass
if seen:
    escaped.append(f"saw {len(seen)} bytes of what others do in shared files")
if watch >= 0:
    os.close(watch)
for _ in range(40):  # what a neighbour would see
    time.sleep(0.01)
    for path in shared:
        try:
            os.close(os.open(path, os.O_RDONLY))
        except OSError:
            pass
print("ESCAPED: " + "; ".join(dict.fromkeys(escaped)) if escaped else "contained")
