# what: has the kernel hold its bytes: full pipes and sockets that nobody reads
# expect: ACCEPTED or MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=48 open_files=2000 wall_time_s=15
import fcntl
import os
import socket

held, bound = 0, 64 << 20


def fill(fd):
    global held
    os.set_blocking(fd, False)
    try:
        while held < bound:
            held += os.write(fd, bytes(1 << 16))
    except BlockingIOError:
        pass


try:
    while held < bound:
        reading, writing = os.pipe()
        try:
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 20)
        except PermissionError:  # the sandbox's bound, or the kernel's own on a user's pipes
            pass
        fill(writing)
    while held < bound:
        near, far = socket.socketpair()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        fill(near.detach())
        far.detach()
except OSError:
    pass
print("contained" if held < bound else f"ESCAPED: the kernel holds {held >> 20} MiB")
