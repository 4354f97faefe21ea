# what: leaves its scratch directories without rights, with attributes, and as far as it can not there at all
# expect: ACCEPTED
# copies: 4
import os

escaped = []
for top in ("/tmp", "/dev/shm"):
    found = os.stat(top)
    attributes = [name for name in os.listxattr(top) if name.startswith("user.")]
    if os.listdir(top) or attributes or found.st_mode & 0o700 != 0o700:
        escaped.append(f"{top} is not new")
for top in ("/tmp", "/dev/shm", "/dev", "/proc"):
    for trick in (os.rmdir, lambda path: os.rename(path, path + "-old"), lambda path: os.rename(path, "/dev/shm/moved"), lambda path: os.symlink("/", path)):
        try:
            trick(top)
            escaped.append(f"{top} was replaced")
        except OSError:
            pass
for top in ("/tmp", "/dev/shm"):
    for number in range(2000):
        try:
            os.setxattr(top, f"user.{number}-" + "n" * 200, b"v" * 1000)
        except OSError:
            break
    for name in ("trusted.overlay.opaque", "security.capability", "system.posix_acl_access", "system.posix_acl_default"):
        try:
            os.setxattr(top, name, b"\x02\0\0\0")
        except OSError:
            pass
    os.utime(top, (0, 0))
    os.chmod(top, 0)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
