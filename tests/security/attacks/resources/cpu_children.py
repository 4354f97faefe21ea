# what: lets children compute and waits for them
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=128 processes=16 wall_time_s=10
import os

for _ in range(4):
    if os.fork() == 0:
        while True:
            pass
os.wait()
