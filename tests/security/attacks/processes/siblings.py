# what: makes children of process 1 by CLONE_PARENT, subreapers, and a child that signals its parent by its end
# expect: ACCEPTED
# except: docker-runsc RUNTIME_ERROR because gVisor knows no CLONE_PARENT: the child is its own, which signals its end
# limits: cpu_time_s=1 memory_mib=64 processes=32 wall_time_s=6
import ctypes
import os
import platform
import signal

CLONE_PARENT, SUBREAPER = 0x8000, 36
libc = ctypes.CDLL(None)
clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
parent = os.getppid()
libc.prctl(SUBREAPER, 1, 0, 0, 0)
for flags in (CLONE_PARENT | signal.SIGKILL, CLONE_PARENT | signal.SIGCHLD, signal.SIGUSR1 | CLONE_PARENT):
    for _ in range(3):
        own = os.getpid()
        if libc.syscall(clone, ctypes.c_ulong(flags), 0, 0, 0, 0) == 0 or os.getpid() != own:
            if _:
                os._exit(0)
            libc.prctl(SUBREAPER, 1, 0, 0, 0)
            libc.pause()
if os.fork() == 0:
    os.setsid()
    libc.prctl(SUBREAPER, 1, 0, 0, 0)
    if os.fork() == 0:
        signal.pause()
    signal.pause()
print("contained" if os.getppid() == parent else "ESCAPED: process 1 is gone")
