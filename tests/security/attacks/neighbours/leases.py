# what: takes leases on files that it shares: whoever opens them then waits for it, or tells it that he did
# expect: ACCEPTED
# copies: 2
import fcntl
import glob
import os
import signal
import sys

SHARED = ["/run/verifierd.zip", "/etc/hosts", "/etc/passwd", "/usr/bin/env", os.__file__, os.path.realpath(sys.executable), "/dev/null",
          "/etc/ld.so.cache", *glob.glob("/usr/lib/locale/*"), *glob.glob("/usr/lib/*/libc.so.6"), "/proc/version", "/proc/self/fd/0"]  # fmt: skip

signal.signal(signal.SIGIO, signal.SIG_IGN)
escaped = []
for path in SHARED:
    for mode in (os.O_RDONLY, os.O_WRONLY):
        try:
            fd = os.open(path, mode | os.O_NONBLOCK)  # not to wait for a lease of its own
        except OSError:
            continue
        for kind, name in ((fcntl.F_RDLCK, "read"), (fcntl.F_WRLCK, "write")):
            try:
                fcntl.fcntl(fd, fcntl.F_SETLEASE, kind)
                escaped.append(f"a {name} lease on {path}")
            except OSError:
                pass
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
