# what: writes the supervisor's frames to the worker on every file but its streams, and finds no file that is not its own
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import json
import os
import struct

header = {"run": 0, "ending": "finished", "exit_code": 0, "term_signal": None, "behaviour": None,
          "cpu_time_ns": 1, "wall_time_ns": 1, "peak_memory_bytes": 1, "started_at_ns": 0, "ended_at_ns": 0,
          "stdout_total_bytes": 10, "stderr_total_bytes": 0}  # fmt: skip
text = json.dumps(header).encode()
frames = [
    struct.pack(">II", len(text), 0) + text,
    struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF),
    struct.pack(">ii", -1, -1),
    b'{"done": true}',
]
strangers = []
for fd in range(4096):
    try:
        kind = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue
    if fd > 3 or "socket" in kind:
        strangers.append(f"{fd} is {kind}")
    if fd in (1, 2):
        continue
    for frame in frames:
        try:
            os.write(fd, frame)
        except OSError:
            pass
print("contained" if not strangers else f"ESCAPED: {strangers}")
