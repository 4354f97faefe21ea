# what: tells a later run by the count of process numbers how far it got: the next number shows what was used before
# expect: ACCEPTED
# copies: 4
# limits: processes=16 cpu_time_s=8
import os

escaped = []
if os.getpid() > 100:
    escaped.append(f"process number {os.getpid()}: an earlier run used up the smaller ones")
with open("/proc/loadavg") as file:
    last = int(file.read().split()[-1])
if last > 100:
    escaped.append(f"the last process number is {last}")
for _ in range(120):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
