# what: types into the terminal of whoever started the daemon (TIOCSTI, TIOCLINUX), takes it, makes pseudo-terminals
# expect: ACCEPTED
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
TIOCSTI, TIOCLINUX, TIOCSCTTY, TIOCNOTTY, TIOCCONS, TIOCGPTPEER, KDSKBSENT = 0x5412, 0x541C, 0x540E, 0x5422, 0x541D, 0x5441, 0x4B49
HIGH = 1 << 32  # the kernel looks at the lower half only

escaped = []
ends = [0, 1, 2, 3]
for path in ("/dev/tty", "/dev/console", "/dev/tty0", "/dev/tty1", "/dev/ttyS0", "/dev/pts/0", "/dev/pts/1", "/dev/vcs", "/dev/vcsa1", "/proc/1/fd/0", "/proc/1/fd/2"):
    for flags in (os.O_RDWR, os.O_RDONLY, os.O_WRONLY):
        try:
            fd = os.open(path, flags | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            continue
        ends.append(fd)
        if path != "/dev/tty":
            escaped.append(f"{path} opens")
try:
    ends += os.openpty()  # its own, where there is one: then these must be refused all the same
except OSError:
    pass
for fd in ends:
    for request in (TIOCSTI, TIOCLINUX):
        for number in (request, request | HIGH, request | 0xABCD << 32):
            text = ctypes.create_string_buffer(b"\x02x\n")
            ctypes.set_errno(0)
            if libc.ioctl(fd, ctypes.c_ulong(number), text) == 0:
                escaped.append(f"ioctl {number:#x} on {fd}")
            elif fd <= 3 and ctypes.get_errno() not in (1, 25, 22, 9, 38):
                escaped.append(f"ioctl {number:#x} on {fd} failed oddly: {ctypes.get_errno()}")
    for request in (TIOCCONS, KDSKBSENT):
        if libc.ioctl(fd, ctypes.c_ulong(request), 1) == 0:
            escaped.append(f"ioctl {request:#x} on {fd}")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
