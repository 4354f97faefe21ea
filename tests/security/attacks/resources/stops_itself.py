# what: stops all its processes, so that none of them ever exits or runs
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=1
import os
import signal

print("contained", flush=True)
os.fork()
os.kill(os.getpid(), signal.SIGSTOP)
