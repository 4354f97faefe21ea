# what: opens the kernel's settings and its memory for writing: sysctls, core_pattern, sysrq, sysfs, debugfs, kcore
# expect: ACCEPTED
# limits: cpu_time_s=3 wall_time_s=12
import os

escaped = []
for top in ("/proc/sys", "/sys", "/proc/irq", "/proc/fs", "/proc/scsi", "/proc/bus", "/proc/acpi", "/proc/driver"):
    for folder, _, files in os.walk(top):
        for name in files:
            path = os.path.join(folder, name)
            try:
                fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
                os.pwrite(fd, os.pread(fd, 4096, 0), 0)  # as it is: some open and then refuse to be written
            except OSError:
                continue
            escaped.append(path)
for path in ("/proc/kcore", "/proc/kmsg", "/proc/kpagecount", "/proc/vmallocinfo", "/proc/sched_debug", "/proc/timer_list", "/dev/kmsg", "/dev/mem", "/dev/port"):
    try:
        with open(path, "rb", buffering=0) as file:
            if file.read(16):
                escaped.append(f"{path} is readable")
    except OSError:
        pass
if os.path.exists("/proc/kallsyms"):
    addresses = {line.split()[0].strip("0") for line in open("/proc/kallsyms").readlines()[:200]}
    if addresses - {""}:
        escaped.append("addresses of the kernel")
for path in ("/proc/sysrq-trigger", "/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/projid_map", "/proc/mtrr", "/proc/timer_stats"):
    for text in ("0 0 1\n", "h"):
        try:
            with open(path, "w") as file:
                file.write(text)
            escaped.append(f"{path} takes {text!r}")
        except OSError:
            pass
try:
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("-1000")
    escaped.append("the kernel will never kill this process for memory")
except OSError:
    pass
print("ESCAPED: " + "; ".join(escaped[:20]) if escaped else "contained")
