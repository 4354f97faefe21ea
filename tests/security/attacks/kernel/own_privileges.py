# what: lifts its own walls by prctl, seccomp and capset: filters, no_new_privs, capabilities, dumpable, memory layout
# expect: ACCEPTED
import ctypes
import os
import platform
import struct

SECCOMP, CAPSET, UNSHARE, MOUNT = {"x86_64": (317, 126, 272, 165), "aarch64": (277, 91, 97, 40)}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))


def prctl(option, *arguments):
    return libc.prctl(option, *(ctypes.c_ulong(a) if isinstance(a, int) else a for a in [*arguments, 0, 0, 0, 0][:4]))


escaped = []
for number in range(42):
    if prctl(47, 2, number) == 0:
        escaped.append(f"ambient capability {number}")
    if prctl(23, number) == 1:
        escaped.append(f"capability {number} in the bounding set")
for pid in (0, os.getpid(), 1):
    for version, words in ((0x20080522, 6), (0x20071026, 6), (0x19980330, 3)):
        if call(CAPSET, struct.pack("Ii", version, pid), struct.pack("I", 0xFFFFFFFF) * words) == 0:
            escaped.append(f"capset of {pid}")
for name, arguments in {
    "no_new_privs off": (38, 0), "seccomp off": (22, 0), "securebits": (28, 0x3F), "mm start": (35, 6, 0x1000), "mm map": (35, 14, ctypes.create_string_buffer(104), 104),
    "mm exe": (35, 13, 0), "io flusher": (57, 1),
}.items():  # fmt: skip
    if prctl(*arguments) == 0:
        escaped.append(name)
for step in ((4, 1), (8, 1), (1, 9), (0x59616D61, 2**64 - 1), (36, 1), (15, b"supervisor"), (29, 50000)):
    prctl(*step)  # these are its own business, and must open nothing below
allow = struct.pack("HBBI", 6, 0, 0, 0x7FFF0000)
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 1, 0), 16)
code = ctypes.create_string_buffer(allow, 8)
struct.pack_into("Q", program, 8, ctypes.addressof(code))
for flags in (0, 1, 2, 4, 8, 9):  # 8: a listener, which may answer for the kernel
    call(SECCOMP, 1, flags, program)
prctl(22, 2, program)
for what, done in (("unshare", call(UNSHARE, 0x10000000)), ("mount", call(MOUNT, b"x", b"/tmp", b"tmpfs", 0, 0)), ("socket", libc.socket(2, 1, 0)), ("setuid", libc.setuid(0) if os.getuid() else -1)):
    if done >= 0:
        escaped.append(f"{what} after all that")
status = dict(line.split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
if prctl(39) != 1 or status["Seccomp"].strip() != "2" or int(status["CapEff"], 16) or int(status["CapPrm"], 16):
    escaped.append("it has more than before")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
