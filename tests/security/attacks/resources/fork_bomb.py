# what: forks without end, in every child as well
# expect: TIME_LIMIT_EXCEEDED or RUNTIME_ERROR
# limits: cpu_time_s=1 memory_mib=64 processes=16 wall_time_s=4
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
