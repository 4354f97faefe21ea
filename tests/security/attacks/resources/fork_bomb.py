# what: forks without end, and so does every child
# expect: TIME_LIMIT_EXCEEDED
# except: docker-runsc TIME_LIMIT_EXCEEDED or MEMORY_LIMIT_EXCEEDED because gVisor copies more of what forks share
# limits: cpu_time_s=1 memory_mib=64 processes=16 wall_time_s=8
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
