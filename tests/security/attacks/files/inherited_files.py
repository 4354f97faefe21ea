# what: looks for files of the supervisor among the open ones, and reopens its own with more rights
# expect: ACCEPTED
# stdin: a line of input
import fcntl
import os
import socket
import stat

escaped = []
for name in os.listdir("/proc/self/fd"):
    fd = int(name)
    try:
        mode, target = os.fstat(fd).st_mode, os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue  # the one that listed
    if stat.S_ISDIR(mode) or stat.S_ISBLK(mode) or stat.S_ISSOCK(mode) or fd > 4:
        escaped.append(f"{fd} is {target}")
    for flags, what in ((os.O_WRONLY, "writing"), (os.O_RDWR, "both"), (os.O_RDWR | os.O_TRUNC, "truncating")):
        if not stat.S_ISREG(mode):
            continue
        try:
            again = os.open(f"/proc/self/fd/{fd}", flags)
            if os.write(again, b"changed"):
                escaped.append(f"{fd} is writable: {target}")
        except OSError:
            pass
    if stat.S_ISREG(mode):
        for change in (lambda: os.ftruncate(fd, 0), lambda: os.pwrite(fd, b"changed", 0), lambda: fcntl.fcntl(fd, fcntl.F_SETFL, os.O_ASYNC)):
            try:
                change()
            except OSError:
                pass
    if stat.S_ISFIFO(mode) and fd:
        try:  # what it wrote, or others wrote, must not come back
            back = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK)
            if os.read(back, 1):
                escaped.append(f"{fd} has something to read")
        except OSError:
            pass
if os.pread(0, 100, 0) not in (b"a line of input", b"a line of input\n", b""):
    escaped.append("its own input changed")
for fd in range(3, 1024):
    try:
        socket.socket(fileno=os.dup(fd))
        escaped.append(f"{fd} is a socket")
    except OSError:
        pass
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
