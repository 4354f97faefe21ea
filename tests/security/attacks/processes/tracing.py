# what: attaches to process 1, its parent and a child, by every way to trace or to look into another process
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import ctypes
import os
import platform
import signal

TRACEME, PEEK, POKE, ATTACH, SEIZE = 0, 1, 4, 16, 0x4206
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(4096)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4096)
kcmp = {"x86_64": 312, "aarch64": 272}[platform.machine()]
child = os.fork()
if child == 0:
    signal.pause()
allowed = []
for pid in {1, os.getppid(), child}:
    for request in (ATTACH, SEIZE, PEEK, POKE):
        if libc.ptrace(request, pid, 0, 0) != -1:
            allowed.append(f"ptrace {request:#x} of {pid}")
for pid in {1, os.getppid()}:
    for name in ("process_vm_readv", "process_vm_writev"):
        if getattr(libc, name)(pid, vector, 1, vector, 1, 0) != -1:
            allowed.append(f"{name} of {pid}")
    if libc.syscall(kcmp, os.getpid(), pid, 1, 0, 0) != -1:
        allowed.append(f"kcmp with {pid}")
if libc.ptrace(TRACEME, 0, 0, 0) != -1:
    allowed.append("being traced by process 1")
os.kill(child, signal.SIGKILL)
print("contained" if not allowed else f"ESCAPED: {allowed}")
