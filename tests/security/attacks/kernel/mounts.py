# what: changes the tree of mounts and the root directory, by the old calls and by the new ones
# expect: ACCEPTED
import ctypes
import os
import platform

NUMBERS = {"x86_64": (165, 166, 155, 161), "aarch64": (40, 39, 41, 51)}
MOUNT, UMOUNT2, PIVOT_ROOT, CHROOT = NUMBERS[platform.machine()]
OPEN_TREE, MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT, FSPICK, MOUNT_SETATTR, OPEN_TREE_ATTR = 428, 429, 430, 431, 432, 433, 442, 467
AT_FDCWD, CLONE_TREE = -100, 1
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))


escaped = []
os.makedirs("/tmp/new/old", exist_ok=True)
for kind in (b"tmpfs", b"proc", b"sysfs", b"devpts", b"mqueue", b"cgroup", b"cgroup2", b"overlay", b"debugfs", b"tracefs", b"securityfs", b"bpf", b"fuse", b"ext4", b"binfmt_misc", b"ramfs", b"devtmpfs"):
    if call(MOUNT, b"x", b"/tmp/new", kind, 0, 0) == 0:
        escaped.append(f"mount {kind}")
    fd = call(FSOPEN, kind, 0)
    if fd >= 0:
        escaped.append(f"fsopen {kind}")
        call(FSCONFIG, fd, 6, 0, 0, 0)
        if call(FSMOUNT, fd, 0, 0) >= 0:
            escaped.append(f"fsmount {kind}")
for place in (b"/", b"/tmp", b"/tmp/new", b"/proc", b"/dev", b"/usr", b"/run", b".", b""):
    for flags in (CLONE_TREE, CLONE_TREE | 0x8000, CLONE_TREE | 0x1000):
        if call(OPEN_TREE, AT_FDCWD, place, flags) >= 0:
            escaped.append(f"open_tree {place} {flags}")
        if call(OPEN_TREE_ATTR, AT_FDCWD, place, flags, 0, 0) >= 0:
            escaped.append(f"open_tree_attr {place} {flags}")
    if call(FSPICK, AT_FDCWD, place, 0) >= 0:
        escaped.append(f"fspick {place}")
    if call(MOVE_MOUNT, AT_FDCWD, place, AT_FDCWD, b"/tmp/new", 0) == 0:
        escaped.append(f"move_mount {place}")
    attributes = (ctypes.c_uint64 * 4)(0, 1, 0, 0)  # clear read-only
    if call(MOUNT_SETATTR, AT_FDCWD, place, 0, attributes, 32) == 0:
        escaped.append(f"mount_setattr {place}")
    if call(CHROOT, place) == 0:
        escaped.append(f"chroot {place}")
    if call(PIVOT_ROOT, place, b"/tmp/new/old") == 0:
        escaped.append(f"pivot_root {place}")
    if call(UMOUNT2, place, 2) == 0:
        escaped.append(f"umount {place}")
if os.readlink("/proc/self/root") != "/":
    escaped.append("another root")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
