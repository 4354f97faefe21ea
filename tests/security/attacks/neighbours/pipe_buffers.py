# what: takes the kernel's allowance of pipe memory for its user id, so that a neighbour's pipes become small
# expect: ACCEPTED
# copies: 4
# limits: open_files=512 wall_time_s=10
import fcntl
import os
import time

escaped = []
ends = list(os.pipe())
size = fcntl.fcntl(ends[0], fcntl.F_GETPIPE_SZ)
if size < 65536:
    escaped.append(f"a new pipe holds {size} bytes: a neighbour took the rest")
try:
    while True:
        ends += os.pipe()
        fcntl.fcntl(ends[-1], fcntl.F_SETPIPE_SZ, 1 << 20)
except OSError:
    pass
time.sleep(0.3)  # while a neighbour looks
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
