# what: opens anew, truncates and seals the files that it was given, and looks for others below /proc and /dev
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
# stdin: the input
import fcntl
import os
import sys

escaped = []
for pid in ("self", "thread-self", "1", str(os.getppid())):
    for name in ("0", "3", "4", "5", "6", "7", "8"):
        for flags in (os.O_RDWR, os.O_WRONLY, os.O_WRONLY | os.O_TRUNC, os.O_RDWR | os.O_APPEND):
            try:
                fd = os.open(f"/proc/{pid}/fd/{name}", flags)
            except OSError:
                continue
            if name not in "03" or pid in ("1", str(os.getppid())):
                escaped.append(f"/proc/{pid}/fd/{name}")
            if name == "0":
                for change in (lambda fd: os.write(fd, b"x"), lambda fd: os.ftruncate(fd, 0),
                               lambda fd: fcntl.fcntl(fd, 1033, 0), lambda fd: os.pwrite(fd, b"x", 100)):  # fmt: skip
                    try:
                        change(fd)
                        escaped.append("the input was changed")
                    except OSError:
                        pass
            os.close(fd)
if sys.stdin.read() != "the input":
    escaped.append("another input")
print("contained" if not escaped else f"ESCAPED: {escaped}")
