# what: kills everything that it may reach, by -1 and by every number, and goes on
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=64 wall_time_s=10
import os
import signal

reached = []
child = os.fork()
if child == 0:
    signal.pause()
for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL):
    os.kill(-1, number)
os.waitpid(child, 0)
for pid in range(2, 5000):
    if pid == os.getpid():
        continue
    for target in (os.kill, os.killpg):
        try:
            target(pid, signal.SIGKILL)
            reached.append(pid)
        except (ProcessLookupError, PermissionError):
            pass
print("contained" if not reached else f"ESCAPED: killed {reached}")
