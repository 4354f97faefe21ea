# what: parks more files in sockets than it may have open
# expect: ACCEPTED
# except: docker-runsc WRONG_ANSWER because gVisor counts no files in flight; they are memory, and counted as such
# limits: cpu_time_s=3 memory_mib=64 open_files=64 wall_time_s=10
import socket

pairs = [socket.socketpair() for _ in range(20)]
parked = 0
try:
    for near, _ in pairs * 100:
        near.setblocking(False)
        socket.send_fds(near, [b"x"], [0] * 50)
        parked += 50
except OSError:
    pass
print("contained" if parked <= 4000 else f"ESCAPED: {parked} parked")
