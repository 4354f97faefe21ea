# what: fills /tmp with more than the memory limit: its pages are memory
# expect: MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 disk_mib=256 wall_time_s=15
import os

file = os.open("/tmp/planted", os.O_CREAT | os.O_RDWR)
for _ in range(256):
    os.write(file, bytes(1 << 20))
print("contained")
