# what: reads and writes the memory and the secrets of every process but its own by /proc
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=64 wall_time_s=10
import os

READ = ("mem", "maps", "smaps", "pagemap", "environ", "auxv", "syscall", "stack", "io", "personality", "cwd/.",
        "root/.", "exe", "task/{pid}/mem", "task/{pid}/environ", "map_files/.", "ns/.", "fdinfo/.", "fd/.")  # fmt: skip
WRITE = ("mem", "oom_score_adj", "oom_adj", "clear_refs", "coredump_filter", "comm", "autogroup", "timerslack_ns",
         "attr/current", "attr/exec", "uid_map", "gid_map", "setgroups", "loginuid", "sched", "timens_offsets",
         "make-it-fail", "task/{pid}/comm")  # fmt: skip
allowed = []
for pid in os.listdir("/proc"):
    if not pid.isdigit() or int(pid) == os.getpid():
        continue
    for mode, names in ((os.O_RDONLY, READ), (os.O_WRONLY, WRITE)):
        for name in names:
            path = f"/proc/{pid}/{name.format(pid=pid)}"
            try:
                fd = os.open(path, mode)
                if mode == os.O_RDONLY and (os.listdir(fd) if path.endswith("/.") else os.read(fd, 1)):
                    allowed.append(path)
                elif mode == os.O_WRONLY:
                    os.write(fd, b"0")
                    allowed.append(f"writing {path}")
            except OSError:
                pass
print("contained" if not allowed else f"ESCAPED: {allowed}")
