# what: passes files and credentials over every socket that it can find: inherited, named in /proc/net/unix, the host's
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import array
import os
import socket
import stat

found = []
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
for fd in range(4096):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            found.append(f"socket {fd}")
            socket.socket(fileno=os.dup(fd)).sendmsg([b'{"exit_code": 0}'], rights)
    except OSError:
        pass
with open("/proc/net/unix") as file:
    named = [line.split()[7] for line in file.read().splitlines()[1:] if len(line.split()) > 7]
paths = [
    "/run/docker.sock",
    "/var/run/docker.sock",
    "/run/systemd/private",
    "/run/dbus/system_bus_socket",
    "/dev/log",
]
for name in ["@verifierd-canary", "/tmp/verifierd.sock", *paths, *named]:
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_UNIX, kind) as line:
            try:
                line.connect(name.replace("@", "\0", 1))
                line.sendmsg([b"x"], rights)
                found.append(name)
            except OSError:
                pass
print("contained" if not found else f"ESCAPED: {found}")
