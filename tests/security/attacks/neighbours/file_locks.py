# what: signals to a neighbour in another sandbox by locks on files that all sandboxes share (isolate 2.5)
# expect: ACCEPTED
# copies: 4
# limits: wall_time_s=10
import fcntl
import os
import struct
import sys
import time

SHARED = ["/usr/bin/env", "/usr/lib/os-release", os.__file__, os.path.realpath(sys.executable), "/etc/ld.so.cache", "/run/verifierd.zip",
          "/etc/hosts", "/usr", "/usr/bin", "/", "/dev", "/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random"]  # fmt: skip
OFD_GETLK, OFD_SETLK = 36, 37
TAKEN = struct.Struct("hhqqi")

escaped = []
held = []
for path in SHARED:
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        continue
    held.append(fd)
    for name, lock in {"flock": lambda: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB), "flock shared": lambda: fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)}.items():
        try:
            lock()
        except BlockingIOError:
            escaped.append(f"a neighbour's {name} on {path}")
        except OSError:
            pass
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass
    for get, put in ((fcntl.F_GETLK, fcntl.F_SETLK), (OFD_GETLK, OFD_SETLK)):
        try:
            answer = TAKEN.unpack(fcntl.fcntl(fd, get, TAKEN.pack(fcntl.F_WRLCK, 0, 0, 0, 0)))
            if answer[0] != fcntl.F_UNLCK and answer[4] != os.getpid() and get != OFD_GETLK:
                escaped.append(f"a neighbour's record lock on {path}")
        except OSError:
            pass
        try:
            fcntl.fcntl(fd, put, TAKEN.pack(fcntl.F_RDLCK, 0, 0, 0, 0))
        except OSError:
            pass
time.sleep(0.8)  # while a neighbour looks
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
