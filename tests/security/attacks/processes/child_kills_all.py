# what: a child kills all processes but itself, the run's own among them
# expect: RUNTIME_ERROR
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os
import signal

print("contained", flush=True)
if os.fork() == 0:
    os.kill(-1, signal.SIGKILL)
    os._exit(0)
signal.pause()
