# what: hides memory in files that no directory has
# expect: MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 disk_mib=16 wall_time_s=15
import os

for number in range(40):
    file = os.memfd_create("planted")
    for _ in range(8):
        os.write(file, bytes(1 << 20))
print("contained")
