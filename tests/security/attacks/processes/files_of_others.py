# what: takes files out of process 1 and its parent: pidfd_getfd, /proc/PID/fd, /proc/PID/root, hard links to them
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import ctypes
import os

PIDFD_GETFD = 438
libc = ctypes.CDLL(None)
taken = []
for pid in {1, os.getppid()}:
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        handle = -1
    for number in range(64):
        if libc.syscall(PIDFD_GETFD, handle, number, 0) >= 0:
            taken.append(f"pidfd_getfd {number} of {pid}")
        path = f"/proc/{pid}/fd/{number}"
        for flags in (os.O_RDONLY, os.O_WRONLY, os.O_PATH):
            try:
                os.open(path, flags)
                taken.append(path)
            except OSError:
                pass
        for steal in (os.readlink, lambda path: os.link(path, "/tmp/planted", follow_symlinks=True)):
            try:
                steal(path)
                taken.append(f"{steal.__name__} {path}")
            except OSError:
                pass
    for name in ("root", "cwd", "exe"):
        try:
            os.stat(f"/proc/{pid}/{name}")
            taken.append(f"/proc/{pid}/{name}")
        except OSError:
            pass
print("contained" if not taken else f"ESCAPED: {taken}")
