# what: leaves or renews its namespaces: setns on every handle that /proc and pidfds give, unshare, clone, clone3
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import ctypes
import os
import platform
import signal

FLAGS = (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
libc = ctypes.CDLL(None)
clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
allowed = []
for pid in ("self", "1", "thread-self"):
    for name in (
        "mnt",
        "pid",
        "pid_for_children",
        "net",
        "ipc",
        "uts",
        "user",
        "cgroup",
        "time",
        "time_for_children",
    ):
        try:
            fd = os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY)
        except OSError:
            continue
        for flag in (0, *FLAGS):
            if libc.setns(fd, flag) != -1:
                allowed.append(f"setns {pid} {name} {flag:#x}")
        os.close(fd)
for pid in (1, os.getpid()):
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        continue
    allowed += [f"setns to {pid} {flag:#x}" for flag in FLAGS if libc.setns(handle, flag) != -1]
parent = os.getpid()
for flag in FLAGS:
    if libc.unshare(flag) != -1:
        allowed.append(f"unshare {flag:#x}")
    child = libc.syscall(clone, ctypes.c_ulong(flag | signal.SIGCHLD), 0, 0, 0, 0)
    arguments = (ctypes.c_uint64 * 11)(flag, 0, 0, 0, signal.SIGCHLD)
    child = max(child, libc.syscall(435, arguments, ctypes.sizeof(arguments)))
    if child != -1:
        allowed.append(f"clone {flag:#x}")
    if os.getpid() != parent:
        os._exit(0)
print("contained" if not allowed else f"ESCAPED: {allowed}")
