# what: wants a core dump: lifts the limit, crashes in its own folder and in /dev/shm, and looks for the file
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=128 wall_time_s=10
import os
import resource

found = []
try:
    resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
    found.append("a limit above 0")
except (ValueError, OSError):
    pass
for directory in ("/tmp", "/dev/shm"):
    os.chdir(directory)
    child = os.fork()
    if child == 0:
        os.abort()
    _, status = os.waitpid(child, 0)
    if os.WCOREDUMP(status) or os.listdir(directory):
        found.append(f"a core in {directory}")
print("contained" if not found else f"ESCAPED: {found}")
