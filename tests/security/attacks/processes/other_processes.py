# what: looks for any process that is neither its own nor process 1: in /proc by list and by number, by signal 0
# expect: ACCEPTED
# limits: cpu_time_s=3 memory_mib=64 wall_time_s=15
import os

own = {1, os.getpid(), os.getppid()}
seen = {int(name) for name in os.listdir("/proc") if name.isdigit()} - own
for pid in range(2, 40000):
    if pid in own:
        continue
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        continue
    except PermissionError:
        pass
    seen.add(pid)
for pid in range(2, 2000):
    if pid not in own and os.path.exists(f"/proc/{pid}/stat"):
        seen.add(pid)
told = [path for path in ("/proc/1/environ", "/proc/self/environ") if os.access(path, os.R_OK)]
for path in told:
    with open(path, "rb") as file:
        if b"VERIFIERD_CANARY" in file.read():
            seen.add(path)
print("contained" if not seen else f"ESCAPED: {seen}")
