# what: makes or joins namespaces by unshare, clone, clone3 and setns, each flag alone and with a new user namespace
# expect: ACCEPTED
# limits: processes=32
import ctypes
import os
import platform
import struct

CLONE3 = 435
UNSHARE, SETNS, CLONE = {"x86_64": (272, 308, 56), "aarch64": (97, 268, 220)}[platform.machine()]
KINDS = {"time": 0x80, "mnt": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}
NEWUSER, SIGCHLD, VFORK, PARENT, UNTRACED = 0x10000000, 17, 0x4000, 0x8000, 0x800000
libc = ctypes.PyDLL(None, use_errno=True)
call, long = libc.syscall, ctypes.c_long
call.restype = long


def child_of(*arguments):
    """Whether the call made a child; the child ends at once."""
    pid = call(*(long(argument) if isinstance(argument, int) else argument for argument in arguments))
    if pid == 0:
        os._exit(0)
    if pid > 0:
        try:
            os.waitpid(pid, 0)
        except ChildProcessError:
            pass
    return pid > 0


escaped = []
for kind, flag in KINDS.items():
    for flags in (flag, flag | NEWUSER, flag | 1 << 40, flag | 1 << 63):
        signed = flags - (1 << 64) if flags >> 63 else flags
        if call(long(UNSHARE), long(signed)) == 0:
            escaped.append(f"unshare {kind} {flags:#x}")
        if flag == 0x80 and flags & 0xFF == 0x80:
            continue  # to clone, these bits are the signal of its end
        for more in (SIGCHLD, SIGCHLD | PARENT, SIGCHLD | UNTRACED, 0):
            if child_of(CLONE, signed | more, 0, 0, 0, 0):
                escaped.append(f"clone {kind} {flags | more:#x}")
    for flags in (flag, flag | NEWUSER):
        arguments = ctypes.create_string_buffer(struct.pack("11Q", flags, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0))
        if child_of(CLONE3, arguments, 88):
            escaped.append(f"clone3 {kind}")
    for pid in ("self", "1", str(os.getppid())):
        for name in (kind, f"{kind}_for_children"):
            try:
                fd = os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY)
            except OSError:
                continue
            for wanted in (0, flag):
                if call(long(SETNS), long(fd), long(wanted)) == 0:
                    escaped.append(f"setns {pid} {kind}")
            os.close(fd)
for pid in (1, os.getpid()):
    fd = call(long(434), long(pid), long(0))  # pidfd_open; gVisor has none
    if call(long(SETNS), long(fd), long(sum(KINDS.values()) - 0x80)) == 0:
        escaped.append(f"setns to process {pid}")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
