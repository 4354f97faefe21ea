# what: forks without end, and so does every child
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=64 processes=16 wall_time_s=8
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
