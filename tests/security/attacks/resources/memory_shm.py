# what: fills /dev/shm through a shared mapping and exits well
# expect: MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 disk_mib=256 wall_time_s=15
import mmap
import os

file = os.open("/dev/shm/planted", os.O_CREAT | os.O_RDWR)
os.ftruncate(file, 200 << 20)
area = mmap.mmap(file, 200 << 20)
for start in range(0, 200 << 20, 4096):
    area[start] = 1
print("contained")
