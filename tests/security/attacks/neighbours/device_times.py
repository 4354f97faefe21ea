# what: signals to neighbours, and to the host, by setting the times of device files that all share
# expect: ACCEPTED
# except: docker-runsc WRONG_ANSWER because a run may touch device files there, which are its own (device_marks)
import os

devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]


def times():
    return {path: (os.stat(path).st_atime_ns, os.stat(path).st_mtime_ns, os.stat(path).st_ctime_ns) for path in devices}


before = times()
for path in devices:
    with open(path, "rb") as file:
        file.read(1)
    for change in (lambda: os.utime(path), lambda: os.utime(path, (1, 1)), lambda: os.chmod(path, 0o666), lambda: os.setxattr(path, "user.word", b"1")):
        try:
            change()
        except OSError:
            pass
after = times()
escaped = [f"{path} was {before[path]}, is {after[path]}" for path in devices if before[path] != after[path]]
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
