# what: writes to the interpreter, its library and compile cache, /etc, /usr and the sandbox's own files, in many ways
# expect: ACCEPTED
import importlib.util
import json
import os
import sys

PLACES = ["/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/dev", "/proc", "/run", "/bin", "/lib", "/var", "/opt",
          os.path.dirname(json.__file__), os.path.dirname(os.__file__), os.path.dirname(os.path.realpath(sys.executable)),
          os.path.join(os.path.dirname(os.__file__), "__pycache__"), "/usr/lib/python3/dist-packages", "/usr/local/lib",
          *(entry for entry in sys.path if entry.startswith("/usr"))]  # fmt: skip
FILES = [json.__file__, os.__file__, importlib.util.cache_from_source(json.__file__), sys.executable, os.path.realpath(sys.executable),
         "/etc/passwd", "/etc/ld.so.cache", "/etc/ld.so.preload", "/run/verifierd.zip", "/usr/bin/env", "/proc/self/exe"]  # fmt: skip
TRICKS = {
    "write": lambda path: os.close(os.open(path, os.O_WRONLY)),
    "append": lambda path: os.close(os.open(path, os.O_RDWR | os.O_APPEND)),
    "truncate": lambda path: os.truncate(path, os.path.getsize(path)),
    "chmod": lambda path: os.chmod(path, 0o777),
    "chown": lambda path: os.chown(path, os.getuid(), os.getgid()),
    "touch": lambda path: os.utime(path),
    "attribute": lambda path: os.setxattr(path, "user.attack", b"1"),
    "unlink": os.unlink,
    "rename": lambda path: os.rename(path, path + ".old"),
    "hard link": lambda path: os.link(path, path + ".link"),
    "through fd": lambda path: os.close(os.open(f"/proc/self/fd/{os.open(path, os.O_RDONLY)}", os.O_WRONLY)),
}

escaped = []
for place in dict.fromkeys(PLACES):
    for make in (lambda path: os.close(os.open(path, os.O_CREAT | os.O_WRONLY)), os.mkdir, os.mkfifo, lambda path: os.symlink("/etc", path)):
        try:
            make(f"{place}/verifierd-attack")
            escaped.append(f"made something in {place}")
        except OSError:
            pass
    try:
        os.close(os.open(place, os.O_TMPFILE | os.O_RDWR))
        escaped.append(f"a nameless file in {place}")
    except OSError:
        pass
for path in FILES:
    for name, trick in TRICKS.items():
        if path == "/proc/self/exe" and name in ("unlink", "rename"):
            continue
        try:
            trick(path)
        except OSError:
            continue
        escaped.append(f"{name} {path}")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
