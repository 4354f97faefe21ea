# what: daemons wait for the end of the run and then write answers and errors, in time for the next run
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=128 processes=16 wall_time_s=6
# copies: 2
import os
import time

for fd in (1, 2, 3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1)
            while True:
                os.write(fd, b"late\n")
        os._exit(0)
    os.wait()
print("contained")
