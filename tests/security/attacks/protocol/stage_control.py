# what: looks for the stage's control socket, its orders and files in the frames below it and in all live objects
# expect: ACCEPTED
# limits: cpu_time_s=3 memory_mib=128 wall_time_s=15
import gc
import socket
import sys

found = []
gc.unfreeze()
frame, values = sys._getframe(), gc.get_objects()
while frame is not None:
    local = list(frame.f_locals.values())
    values += local
    frame = frame.f_back
for value in values:
    if isinstance(value, socket.socket) and value.fileno() >= 0:
        found.append(f"{value}")
        try:
            value.send(b'{"exit_code": 0, "term_signal": null, "clean": true}')
        except OSError:
            pass
    if type(value) is dict and {"expected", "expected_stdout"} & {key for key in value if type(key) is str}:
        found.append("an expected output")
print("contained" if not found else f"ESCAPED: {found}")
