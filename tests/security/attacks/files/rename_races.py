# what: swaps links, directories and FIFOs under one name without pause, also while and after it ends
# expect: ACCEPTED
# limits: processes=16 cpu_time_s=2 wall_time_s=8
# copies: 2
import os
import time


def swap(top):
    os.makedirs(f"{top}/a/b", exist_ok=True)
    while True:
        for step in (lambda: os.symlink("/etc", f"{top}/x"), lambda: os.rename(f"{top}/x", f"{top}/y"),
                     lambda: os.unlink(f"{top}/y"), lambda: os.rename(f"{top}/a/b", f"{top}/x"),
                     lambda: os.rename(f"{top}/x", f"{top}/a/b"), lambda: os.mkfifo(f"{top}/z"), lambda: os.unlink(f"{top}/z")):  # fmt: skip
            try:
                step()
            except OSError:
                pass


for number in range(4):
    if os.fork() == 0:
        os.setsid()
        swap(("/tmp", "/dev/shm")[number % 2])
time.sleep(0.2)
print("contained")
