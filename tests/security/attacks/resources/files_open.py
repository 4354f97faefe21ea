# what: opens files until it may not, tries to lift the limit, and parks more of them in sockets
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=64 open_files=64 wall_time_s=10
import os
import resource
import socket

escaped = []
for limits in ((65, 65), (1 << 20, 1 << 20), (resource.RLIM_INFINITY,) * 2):
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        escaped.append(f"limit {limits}")
    except (ValueError, OSError):
        pass
pairs = [socket.socketpair() for _ in range(20)]
parked = 0
try:
    for near, _ in pairs * 100:
        near.setblocking(False)
        socket.send_fds(near, [b"x"], [0] * 50)
        parked += 50
except OSError:
    pass
opened = []
try:
    while len(opened) < 1000:
        opened.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
if len(opened) + 44 > 64 or parked > 4000:
    escaped.append(f"{len(opened)} open and {parked} parked")
for fd in opened:
    os.close(fd)
print("contained" if not escaped else f"ESCAPED: {escaped}")
