# what: opens the other ends of its pipes, reads what it wrote back, and leaves daemons that hold them
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os
import signal

held = []
for fd in (1, 2, 3):
    try:
        held.append(os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK))
    except OSError:  # where the pipe belongs to another user
        pass
os.write(2, b"eaten")
for fd in held[1:]:
    try:
        os.read(fd, 5)
    except OSError:
        pass
for _ in held:
    if os.fork() == 0:
        os.setsid()
        signal.pause()
print("contained")
