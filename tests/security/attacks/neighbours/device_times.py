# what: signals to neighbours, and to the host, by setting the times of device files that all share
# expect: ACCEPTED
# defect: bubblewrap because the host's device files are bound writable, and whoever may write to a device may set its file's times
# defect: bubblewrap-user because the host's device files are bound writable, and whoever may write to a device may set its file's times
# defect: bubblewrap-image because the host's device files are bound writable, and whoever may write to a device may set its file's times
# defect: docker-runc because a container's device files outlive the candidate, and whoever may write to a device may set its file's times
# defect: docker-runsc because a container's device files outlive the candidate, and whoever may write to a device may set its file's times
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
