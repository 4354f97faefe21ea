# what: hides memory beyond its limit in files, which no process counts as its own
# expect: MEMORY_LIMIT_EXCEEDED
# limits: memory_mib=64 disk_mib=256 cpu_time_s=3
import os

for number in range(256):
    with open(f"/{('tmp', 'dev/shm')[number % 2]}/{number}", "wb", buffering=0) as file:
        file.write(b"x" * (1 << 20))
print("ESCAPED: 256 MiB", len(os.listdir("/tmp")))
