# what: never computes long in one process: each orphan starts the next and dies, unseen by any parent
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=64 processes=300 wall_time_s=10
import os
import time

if os.fork() == 0:
    while True:
        end = time.process_time() + 0.02
        while time.process_time() < end:
            pass
        if os.fork():
            os._exit(0)
time.sleep(600)
