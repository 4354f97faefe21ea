# what: reads, writes and traces other processes and takes their files: ptrace, process_vm_*, pidfd_getfd, kcmp
# expect: ACCEPTED
# limits: processes=16
import ctypes
import os
import platform
import signal

VM_READ, VM_WRITE, PTRACE, KCMP = {"x86_64": (310, 311, 101, 312), "aarch64": (270, 271, 117, 272)}[platform.machine()]
PIDFD_GETFD, PIDFD_SEND_SIGNAL, PROCESS_MADVISE, PROCESS_MRELEASE = 438, 424, 440, 448
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))


class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


secret = ctypes.create_string_buffer(b"of the parent", 64)
child = os.fork()
if child == 0:
    signal.pause()
mine = ctypes.create_string_buffer(64)
here, there = Span(ctypes.addressof(mine), 64), Span(ctypes.addressof(secret), 64)
escaped = []
for pid in (1, os.getppid(), child):
    for number, what in ((VM_READ, "read"), (VM_WRITE, "written")):
        if call(number, pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) >= 0:
            escaped.append(f"{pid} was {what}")
    for request, name in ((16, "attached"), (0x4206, "seized")):
        if call(PTRACE, request, pid, 0, 0) == 0:
            escaped.append(f"{pid} was {name}")
            call(PTRACE, 17, pid, 0, 0)
    for kind in range(7):
        if call(KCMP, os.getpid(), pid, kind, 0, 0) >= 0:
            escaped.append(f"kcmp {kind} with {pid}")
    fd = os.pidfd_open(pid)
    for wanted in range(8):
        if call(PIDFD_GETFD, fd, wanted, 0) >= 0:
            escaped.append(f"file {wanted} of {pid}")
    if call(PROCESS_MADVISE, fd, ctypes.byref(there), 1, 21, 0) >= 0:
        escaped.append(f"pages of {pid} were put out")
    if pid != child and call(PROCESS_MRELEASE, fd, 0) == 0:
        escaped.append(f"memory of {pid} was freed")
    if pid != child:
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGSEGV):
            call(PIDFD_SEND_SIGNAL, fd, int(number), 0, 0)  # is sent, and must change nothing
            try:
                os.kill(pid, number)
            except PermissionError:
                pass
if call(PTRACE, 0, 0, 0, 0) == 0:
    escaped.append("asked to be traced")
os.kill(child, signal.SIGKILL)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
