# what: prints the supervisor's own frames before the answer: they are output like any other
# expect: WRONG_ANSWER
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import json
import os
import struct

for header in (
    {"done": True},
    {"done": True, "error": "forged"},
    {"ready": True, "python": "3.11.0"},
    {"exit_code": 0},
):
    text = json.dumps(header).encode()
    for fd in (1, 2, 3):
        os.write(fd, struct.pack(">II", len(text), 0) + text)
        os.write(fd, struct.pack(">Iq", 0x7FFFFFFF, -1))
print("contained")
