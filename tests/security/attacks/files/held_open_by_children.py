# what: leaves children that hold every open file, its output among them, and keep writing where a clean-up goes
# expect: ACCEPTED
# limits: processes=24 wall_time_s=6
# copies: 2
import os
import signal

print("contained", flush=True)
for number in range(6):
    if os.fork() == 0:
        os.setsid()
        for caught in range(1, 65):
            try:
                signal.signal(caught, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        held = [os.dup(fd) for fd in (0, 1, 2, 3)]
        os.makedirs(f"/tmp/{number}")
        os.chdir(f"/tmp/{number}")
        while True:
            with open(f"/dev/shm/{number}", "w") as file:
                file.write("late")
            os.rename(f"/dev/shm/{number}", f"/dev/shm/{number}-again")
os._exit(0)
