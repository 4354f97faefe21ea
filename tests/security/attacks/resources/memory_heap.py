# what: fills the heap
# expect: MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 wall_time_s=15
held = []
while True:
    held.append(b"\x01" * (1 << 20))
