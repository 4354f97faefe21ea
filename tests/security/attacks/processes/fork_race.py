# what: forks so fast at its end that a killer who counts processes once would miss some
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=128 processes=32 wall_time_s=10
import os
import signal

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    while True:
        try:
            if os.fork():
                os._exit(0)
        except OSError:
            pass
print("contained")
