# what: neighbours meet by abstract Unix sockets and by socket files, at the same time or one after another
# expect: ACCEPTED
# copies: 6
# limits: wall_time_s=10
import os
import select
import socket
import time

NAMES = [f"{prefix}verifierd-attack-{number}" for prefix in ("\0", "/tmp/", "/dev/shm/") for number in range(3)]

escaped = []
for name in NAMES:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_UNIX, kind) as end:
            try:
                end.connect(name)
                escaped.append(f"a neighbour listens on {name!r}")
            except OSError:
                pass
own = []
for name in NAMES:
    end = socket.socket(socket.AF_UNIX)
    try:
        end.bind(name)
        end.listen(8)
        own.append(end)
    except OSError:
        escaped.append(f"a neighbour has {name!r}")
until = time.monotonic() + 0.2
while time.monotonic() < until:
    ready, _, _ = select.select(own, [], [], 0.05)
    for end in ready:
        escaped.append(f"a neighbour came to {end.getsockname()!r}")
        end.accept()
for pid in range(8):  # they hold the names beyond the program's end, if they may live
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
print("ESCAPED: " + "; ".join(dict.fromkeys(escaped)) if escaped else "contained", flush=True)
os._exit(0)
