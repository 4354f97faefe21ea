# what: replaces its files by pipes, sockets and devices of its own, swaps them, and answers in the end
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import fcntl
import os
import socket

out = fcntl.fcntl(1, fcntl.F_DUPFD, 10)
near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
reading, writing = os.pipe()
null = os.open("/dev/null", os.O_RDWR)
for fd in range(4):
    for source in (near.fileno(), writing, null, reading, far.fileno()):
        os.dup2(source, fd)
near.send(b'{"exit_code": 0, "term_signal": null, "clean": true}')
os.write(out, b"contained\n")
for fd in range(5):
    os.dup2(out, fd)
os._exit(0)
