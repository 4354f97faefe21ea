# what: calls what only an administrator may: modules, kexec, reboot, swap, clocks, names, quotas, ports, the kernel's log
# expect: ACCEPTED
import ctypes
import platform
import struct
import time

X86 = platform.machine() == "x86_64"
now = struct.pack("qq", int(time.time()), 0)
frequency = struct.pack("I4xqq", 2, 0, 0) + b"\0" * 200  # ADJ_FREQUENCY 0
BAD = -1
CALLS = {  # name: (number on x86-64, on arm64, arguments that would do no harm)
    "init_module": (175, 105, b"\x7fELF", 4, b""), "finit_module": (313, 273, BAD, b"", 0), "delete_module": (176, 106, b"none", 2048),
    "kexec_load": (246, 104, 0, 0, 0, 0), "kexec_file_load": (320, 294, BAD, BAD, 0, b"", 4),
    "reboot": (169, 142, 0xFEE1DEAD, 672274793, 0, 0), "swapon": (167, 224, b"/tmp", 0), "swapoff": (168, 225, b"/tmp"),
    "settimeofday": (164, 170, now, 0), "clock_settime": (227, 112, 0, now), "adjtimex": (159, 171, frequency),
    "clock_adjtime": (305, 266, 0, frequency), "sethostname": (170, 161, b"sandbox", 7), "setdomainname": (171, 162, b"x", 1),
    "acct": (163, 89, 0), "quotactl": (179, 60, 0x80000100, b"/tmp", 0, b"\0" * 256), "quotactl_fd": (443, 443, BAD, 0, 0, 0),
    "syslog read": (103, 116, 3, b"\0" * 4096, 4096), "syslog size": (103, 116, 10, 0, 0), "vhangup": (153, 58),
    "lookup_dcookie": (212, 18, 1, b"\0" * 64, 64), "nfsservctl": (180, 42, 0, 0, 0), "bpf map": (321, 280, 0, struct.pack("IIII", 1, 4, 4, 1) + b"\0" * 112, 128),
    "bpf program": (321, 280, 5, b"\0" * 128, 128), "perf_event_open": (298, 241, struct.pack("IIQ", 1, 128, 0) + b"\0" * 112, 0, BAD, BAD, 0),
    "userfaultfd": (323, 282, 0), "userfaultfd for users": (323, 282, 1), "io_uring_setup": (425, 425, 4, b"\0" * 120),
    "io_uring_enter": (426, 426, 0, 0, 0, 0, 0, 0), "io_uring_register": (427, 427, BAD, 0, 0, 0),
    "fanotify_init": (300, 262, 0, 0), "fanotify_init for users": (300, 262, 0x200, 0), "memfd_secret": (447, 447, 0),
    "mbind": (237, 235, 0, 0, 0, 0, 0, 0), "set_mempolicy": (238, 237, 0, 0, 0), "migrate_pages": (256, 238, 0, 0, 0, 0),
    "move_pages": (279, 239, 0, 0, 0, 0, 0, 0), "personality no ASLR": (135, 92, 0x40000), "personality executable": (135, 92, 0x400000),
    "personality query": (135, 92, 0xFFFFFFFF), "iopl": (172, None, 3), "ioperm": (173, None, 0x80, 1, 1),
    "modify_ldt read": (154, None, 0, b"\0" * 64, 64), "modify_ldt write": (154, None, 1, struct.pack("IIII", 0, 0, 0xFFFFF, 0x51), 16),
    "uselib": (134, None, b"/usr/lib/none"), "sysfs": (139, None, 3), "create_module": (174, None, b"x", 4096),
    "query_module": (178, None, 0, 0, 0, 0, 0), "get_kernel_syms": (177, None, 0), "kcmp": (312, 272, 1, 1, 0, 0, 0),
}  # fmt: skip

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
escaped = []
for name, (on_x86, on_arm, *arguments) in CALLS.items():
    number = on_x86 if X86 else on_arm
    if number is None:
        continue
    values = [ctypes.c_long(a if a < 1 << 63 else a - (1 << 64)) if isinstance(a, int) else ctypes.create_string_buffer(a, max(len(a), 1)) for a in arguments]
    if libc.syscall(ctypes.c_long(number), *values) >= 0:
        escaped.append(name)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
