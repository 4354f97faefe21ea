# what: a child stops the run's process in the middle of its end and another one lets it go on
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import atexit
import os
import signal
import time

own = os.getpid()


@atexit.register
def stopped_at_the_end():
    if os.fork() == 0:
        time.sleep(0.2)
        os.kill(own, signal.SIGCONT)
        os._exit(0)
    os.kill(own, signal.SIGSTOP)
    print("contained")
