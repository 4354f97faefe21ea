# what: covers, moves and detaches the mounts that its walls are made of
# expect: ACCEPTED
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
MS_BIND, MS_MOVE, MS_REMOUNT, MS_SHARED, MS_REC = 4096, 8192, 32, 1 << 20, 16384
PLACES = ("/", "/tmp", "/dev/shm", "/dev", "/proc", "/usr", "/run", "/etc", "/sys", "/etc/passwd", "/run/verifierd.zip", "/proc/sys")

escaped = []
os.makedirs("/tmp/mine", exist_ok=True)
for place in PLACES:
    target = place.encode()
    for name, arguments in {
        "a tmpfs over": (b"x", target, b"tmpfs", 0, None),
        "a new proc over": (b"x", target, b"proc", 0, None),
        "own files over": (b"/tmp/mine", target, None, MS_BIND | MS_REC, None),
        "its copy from": (target, b"/tmp/mine", None, MS_BIND | MS_REC, None),
        "moved away": (target, b"/tmp/mine", None, MS_MOVE, None),
        "made writable": (b"", target, None, MS_REMOUNT | MS_BIND, None),
        "made shared": (b"", target, None, MS_SHARED | MS_REC, None),
    }.items():
        source, to, kind, flags, data = arguments
        if libc.mount(source, to, kind, ctypes.c_ulong(flags), data) == 0:
            escaped.append(f"{name} {place}")
    for flags in (0, 1, 2, 4, 8):
        if libc.umount2(target, flags) == 0:
            escaped.append(f"{place} was unmounted with {flags}")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
