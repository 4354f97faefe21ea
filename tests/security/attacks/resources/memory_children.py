# what: spreads its memory over children, each of them small
# expect: MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 processes=32 wall_time_s=15
import os
import signal

for _ in range(16):
    if os.fork() == 0:
        held = b"\x01" * (8 << 20)
        signal.pause()
os.wait()
print("contained")
