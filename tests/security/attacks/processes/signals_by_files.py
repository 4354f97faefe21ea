# what: has the kernel itself signal process 1: pipes, sockets and leases that name it as their owner
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=64 wall_time_s=10
import fcntl
import os
import signal
import socket
import struct

F_SETSIG, F_SETOWN_EX, F_SETLEASE = 10, 15, 1024
parent = os.getppid()
near, far = socket.socketpair()
reading, writing = os.pipe()
file = os.open("/tmp/planted", os.O_CREAT | os.O_RDWR)
for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGSEGV, signal.SIGRTMAX):
    for fd in (reading, writing, near.fileno(), 1, 2):
        for name, argument in (
            (fcntl.F_SETOWN, 1),
            (fcntl.F_SETOWN, -1),
            (F_SETOWN_EX, struct.pack("ii", 0, 1)),
            (F_SETOWN_EX, struct.pack("ii", 1, 1)),
            (F_SETSIG, number),
            (fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC),
        ):
            try:
                fcntl.fcntl(fd, name, argument)
            except OSError:
                pass
    os.write(writing, b"x")
    far.send(b"x")
    os.read(reading, 1)
for fd in (1, 2):
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) & ~os.O_ASYNC)
    fcntl.fcntl(fd, fcntl.F_SETOWN, 0)
print("contained" if os.getppid() == parent else "ESCAPED: process 1 is gone")
