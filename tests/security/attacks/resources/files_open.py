# what: opens files until it may not, and tries to lift the limit
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=64 open_files=64 wall_time_s=10
import os
import resource

escaped = []
for limits in ((65, 65), (1 << 20, 1 << 20), (resource.RLIM_INFINITY,) * 2):
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        escaped.append(f"limit {limits}")
    except (ValueError, OSError):
        pass
opened = []
try:
    while len(opened) < 1000:
        opened.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
if len(opened) + 4 > 64:
    escaped.append(f"{len(opened)} open")
for fd in opened:
    os.close(fd)
print("contained" if not escaped else f"ESCAPED: {escaped}")
