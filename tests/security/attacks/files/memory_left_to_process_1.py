# what: leaves files up to just below its memory limit, then names so long that whoever lists them needs the rest
# expect: ACCEPTED or MEMORY_LIMIT_EXCEEDED
# limits: memory_mib=64 disk_mib=128 cpu_time_s=3
import os

for number in range(16000):
    try:
        os.close(os.open(f"/tmp/{number:05}" + "x" * 240, os.O_CREAT | os.O_WRONLY))
    except OSError:
        break
if pid := os.fork():
    os.waitpid(pid, 0)
else:  # the kernel kills whom it likes best; this one asks to be first
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass
    with open("/dev/shm/fill", "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
print("contained")
