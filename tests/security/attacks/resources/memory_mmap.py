# what: maps far more than the limit, private and shared, and touches every page
# expect: MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 wall_time_s=15
import mmap

for flags in (mmap.MAP_PRIVATE, mmap.MAP_SHARED):
    area = mmap.mmap(-1, 1 << 30, flags=flags | mmap.MAP_ANONYMOUS)
    for start in range(0, 1 << 30, 4096):
        area[start] = 1
