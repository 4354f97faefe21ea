# what: tells a later run by the count of process numbers how far it got: the next number shows what was used before
# expect: ACCEPTED
# copies: 4
# limits: processes=16 cpu_time_s=8
import os

MADE = 60

escaped = []
if os.getpid() > MADE:
    escaped.append(f"process number {os.getpid()}: an earlier run used up the smaller ones")
with open("/proc/loadavg") as file:
    last = int(file.read().split()[-1])
if last > MADE:
    escaped.append(f"the last process number is {last}")
for _ in range(MADE):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
