# what: signals by the times of files that all sandboxes share: reading them must leave no mark
# expect: ACCEPTED
# copies: 2
import glob
import os
import sys

paths = [os.__file__, os.path.realpath(sys.executable), "/usr/bin/env", "/etc/hosts", "/run/verifierd.zip", "/usr/lib/os-release",
         *sorted(glob.glob(os.path.dirname(os.__file__) + "/*.py"))[:60]]  # fmt: skip
folders = ["/usr", "/usr/bin", os.path.dirname(os.__file__), "/run", "/dev", "/"]


def times():
    found = {}
    for path in [*paths, *folders]:
        try:
            state = os.stat(path)
        except OSError:
            continue
        found[path] = (state.st_atime_ns, state.st_mtime_ns, state.st_ctime_ns, state.st_mode, state.st_nlink)
    return found


before = times()
for path in paths:
    try:
        with open(path, "rb") as file:
            file.read(4096)
    except OSError:
        pass
for folder in folders:
    try:
        os.listdir(folder)
    except OSError:
        pass
for path in [*paths, *folders]:
    for change in (lambda: os.utime(path), lambda: os.utime(path, (1, 1)), lambda: os.utime(os.open(path, os.O_RDONLY))):
        try:
            change()
        except OSError:
            pass
after = times()
escaped = [f"{path} was {before[path]}, is {after[path]}" for path in before if before[path] != after[path]]
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
