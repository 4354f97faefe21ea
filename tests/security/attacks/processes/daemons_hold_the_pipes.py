# what: detached daemons hold every pipe open after the end of the run, which must not wait for them
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=128 processes=16 wall_time_s=6
# copies: 3
import os
import signal

for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            signal.sigwait([signal.SIGUSR1])
        os._exit(0)
    os.wait()
print("contained")
