# what: leaves files and sockets in flight, in a cycle that no process holds, for the next candidate to find by name
# expect: ACCEPTED
# limits: open_files=64
# copies: 6
import array
import os
import socket

NAME = "\0verifierd-attack-in-flight"


def files_in(end):
    """How many files came with a message."""
    _, ancillary, _, _ = end.recvmsg(64, socket.CMSG_SPACE(16 * 4))
    return sum(len(data) // 4 for level, kind, data in ancillary if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS))


escaped = []
for number in range(3):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        try:
            end.connect(f"{NAME}-{number}")
            escaped.append("a socket of another candidate took a connection")
        except OSError:
            pass
for number in range(3):
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        end.bind(f"{NAME}-{number}")
    except OSError:
        escaped.append("another candidate still has the name")
        continue
    end.settimeout(0.01)
    try:
        if files_in(end):
            escaped.append("files of another candidate")
    except OSError:
        pass
    own = os.open("/proc/self/status", os.O_RDONLY)
    out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    out.connect(f"{NAME}-{number}")
    try:
        out.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [end.fileno(), out.fileno(), own]))])
    except PermissionError:  # nobody takes what nobody is given
        pass
    out.detach()
    end.detach()
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained", flush=True)
os._exit(0)
