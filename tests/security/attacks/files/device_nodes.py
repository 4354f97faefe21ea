# what: makes device nodes for memory, disks and consoles in each writable place, opens them and the host's own
# expect: ACCEPTED
import os
import stat

NODES = [(stat.S_IFCHR, 1, 1), (stat.S_IFCHR, 1, 2), (stat.S_IFCHR, 1, 4), (stat.S_IFCHR, 1, 11), (stat.S_IFCHR, 5, 1),
         (stat.S_IFCHR, 10, 229), (stat.S_IFCHR, 10, 232), (stat.S_IFCHR, 10, 237), (stat.S_IFCHR, 5, 2), (stat.S_IFBLK, 7, 0),
         (stat.S_IFBLK, 8, 0), (stat.S_IFBLK, 253, 0), (stat.S_IFBLK, 254, 0), (stat.S_IFBLK, 259, 0), (stat.S_IFCHR, 1, 3)]  # fmt: skip
SAFE = {(1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 2)}

escaped = []
for folder in ("/tmp", "/dev/shm", "/dev", "/var/tmp", "/run", "/mnt", os.getcwd()):
    for kind, major, minor in NODES:
        path = f"{folder}/node-{kind}-{major}-{minor}"
        for make in (os.mknod, lambda path, mode, device: os.mknod(os.path.basename(path), mode, device, dir_fd=os.open(folder, os.O_RDONLY))):
            try:
                make(path, kind | 0o666, os.makedev(major, minor))
            except OSError:
                continue
            try:
                os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
                escaped.append(f"{path} opens")
            except OSError:
                pass
            os.unlink(path)
for folder, folders, files in os.walk("/dev"):
    for name in [*folders, *files]:
        path = os.path.join(folder, name)
        found = os.lstat(path)
        if stat.S_ISBLK(found.st_mode) or stat.S_ISCHR(found.st_mode):
            number = os.major(found.st_rdev), os.minor(found.st_rdev)
            if (number not in SAFE or stat.S_ISBLK(found.st_mode)) and os.access(path, os.R_OK | os.W_OK):
                escaped.append(f"{path} {number}")
            try:
                os.chmod(path, 0o777)
                escaped.append(f"{path} has a new mode")
            except OSError:
                pass
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
