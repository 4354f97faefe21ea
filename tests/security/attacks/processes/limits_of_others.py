# what: sets limits, priorities, schedules, processors, groups and memory of process 1 and its parent
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import ctypes
import os
import platform

libc = ctypes.CDLL(None)
numbers = {
    "x86_64": {"ioprio_set": 251, "sched_setattr": 314, "migrate_pages": 256, "move_pages": 279},
    "aarch64": {"ioprio_set": 30, "sched_setattr": 274, "migrate_pages": 238, "move_pages": 239},
}[platform.machine()]
one = ctypes.byref(ctypes.c_int(1))
none = (ctypes.c_ulong * 2)(0, 0)
attributes = (ctypes.c_uint32 * 14)(56, 5)
allowed = []
for pid in {1, os.getppid()}:
    calls = {f"prlimit {kind}": libc.prlimit(pid, kind, none, None) for kind in range(16)}
    calls |= {f"scheduler {policy}": libc.sched_setscheduler(pid, policy, one) for policy in (1, 2, 3, 5, 6)}
    calls["param"] = libc.sched_setparam(pid, one)
    calls["affinity"] = libc.sched_setaffinity(pid, 8, ctypes.byref(ctypes.c_ulong(1)))
    calls |= {
        f"priority {which}": libc.setpriority(which, who, 19) for which, who in ((0, pid), (1, pid), (2, 0))
    }
    calls["attributes"] = libc.syscall(numbers["sched_setattr"], pid, attributes, 0)
    calls |= {
        f"io {which}": libc.syscall(numbers["ioprio_set"], which, who, 3 << 13)
        for which, who in ((1, pid), (3, 0))
    }
    calls["migrate"] = libc.syscall(numbers["migrate_pages"], pid, 8, one, one)
    calls["move"] = libc.syscall(numbers["move_pages"], pid, 0, None, None, None, 0)
    calls["group"] = libc.setpgid(pid, 0)
    allowed += [f"{name} of {pid}" for name, result in calls.items() if result != -1]
for policy in (1, 2, 6):
    if libc.sched_setscheduler(0, policy, one) != -1:
        allowed.append(f"its own real-time policy {policy}")
print("contained" if not allowed else f"ESCAPED: {allowed}")
