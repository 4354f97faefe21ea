# what: a child meets the memory limit, the parent waits for it, says it is well and exits with 0
# expect: MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 wall_time_s=15
import os

if os.fork() == 0:
    held = []
    while True:
        held.append(b"\x01" * (1 << 20))
os.wait()
print("contained")
