# what: calls the kernel's newest system calls, which an older filter does not know by name, where they could do harm
# expect: ACCEPTED
import ctypes
import struct

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
AT_FDCWD = -100


def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))


escaped = []
open("/tmp/file", "w").close()
attributes = ctypes.create_string_buffer(struct.pack("QIIIQ", 0x30, 0, 0, 0, 0), 32)
for place in (b"/tmp/file", b"/tmp", b"/usr/bin/env", b"/usr", b"/", b"/run"):
    if call(469, AT_FDCWD, place, attributes, 24, 0) == 0:  # file_setattr: immutable, append-only
        escaped.append(f"immutable: {place}")
    for name in (b"trusted.x", b"security.capability", b"user.x"):
        value = ctypes.create_string_buffer(struct.pack("QII", ctypes.addressof(ctypes.create_string_buffer(b"x")), 1, 0), 16)
        if call(463, AT_FDCWD, place, 0, name, value, 16) == 0 and not place.startswith(b"/tmp"):  # setxattrat
            escaped.append(f"attribute {name} of {place}")
    if call(452, AT_FDCWD, place, 0o777, 0x100) == 0 and not place.startswith(b"/tmp"):  # fchmodat2
        escaped.append(f"mode of {place}")
for identity in (100, 101, 102, 103, 104, 105):  # lsm_set_self_attr
    if call(460, identity, struct.pack("QQQQ", identity, 0, 32, 0), 32, 0) == 0:
        escaped.append(f"label by security module {identity}")
mounts = ctypes.create_string_buffer(8 * 256)
request = ctypes.create_string_buffer(struct.pack("IIQQQ", 32, 0, 2**64 - 1, 0, 0), 32)
count = call(458, request, mounts, 256, 0)  # listmount of the root: its own mounts only
if count > len(open("/proc/self/mountinfo").readlines()):
    escaped.append(f"listmount tells of {count} mounts")
for namespace in range(1, 9):  # mounts of other namespaces by their number
    request = ctypes.create_string_buffer(struct.pack("IIQQQ", 32, 0, 2**64 - 1, 0, 0xF0000000 + namespace), 32)
    if call(458, request, mounts, 256, 0) >= 0:
        escaped.append(f"mounts of namespace {namespace}")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
