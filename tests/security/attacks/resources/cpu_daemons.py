# what: lets detached grandchildren compute, in sessions of their own, and sleeps
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=128 processes=16 wall_time_s=10
import os
import time

for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                pass
        os._exit(0)
    os.wait()
time.sleep(600)
