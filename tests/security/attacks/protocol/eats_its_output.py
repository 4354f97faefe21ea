# what: reads its own output back out of the pipe and holds its other end, so that the supervisor never sees its end
# expect: ACCEPTED or WRONG_ANSWER
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os

held = []
for fd in (1, 2, 3):
    try:
        held.append(os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK))
    except OSError:
        pass
os.write(1, b"contained\n")
for fd in held:
    try:
        os.read(fd, 5)
    except OSError:
        pass
    if os.fork() == 0:
        os.setsid()
        while True:
            try:
                os.read(fd, 100)
            except OSError:
                pass
