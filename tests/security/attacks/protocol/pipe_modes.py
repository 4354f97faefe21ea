# what: makes the pipes to the supervisor blocking, packet-wise, asynchronous and tiny, which both ends share
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import fcntl
import os

for fd in (1, 2, 3):
    for flags in (os.O_NONBLOCK, os.O_DIRECT, os.O_ASYNC, os.O_APPEND, 0):
        try:
            fcntl.fcntl(fd, fcntl.F_SETFL, flags)
        except OSError:
            pass
    for size in (4096, 1 << 20, 4096):
        try:
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, size)
        except OSError:
            pass
    try:
        os.fchmod(fd, 0)
        os.fchown(fd, os.getuid(), os.getgid())
    except OSError:
        pass
for letter in b"contained\n":
    os.write(1, bytes([letter]))
