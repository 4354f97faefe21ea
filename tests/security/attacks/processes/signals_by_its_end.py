# what: leaves children to process 1 that signal their parent by their end: stop it, end it, interrupt it
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=64 processes=32 wall_time_s=10
import ctypes
import os
import platform
import signal
import time

libc = ctypes.CDLL(None)
clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
parent = os.getppid()
for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGINT):
    middle = os.fork()
    if middle == 0:
        own = os.getpid()
        libc.syscall(clone, ctypes.c_ulong(number), 0, 0, 0, 0)
        if os.getpid() == own:
            os._exit(0)
        while os.getppid() == own:
            time.sleep(0.001)
        os._exit(0)
    os.waitpid(middle, 0)
time.sleep(0.1)  # for the orphans to end
print("contained" if os.getppid() == parent else "ESCAPED: process 1 is gone")
