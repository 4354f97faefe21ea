# what: leaves trees that a clean-up trips over: no rights, mount-like names, open files, busy directories: piston#624
# expect: ACCEPTED
# limits: processes=16
# copies: 4
import fcntl
import os
import struct

escaped = []
for top in ("/tmp", "/dev/shm"):
    try:
        if os.listdir(top):
            escaped.append(f"{top} holds what another candidate left")
    except OSError:
        escaped.append(f"{top} was left unreadable")
FS_IOC_SETFLAGS, IMMUTABLE_APPEND_ONLY = 0x40086602, 0x30
for top in ("/tmp", "/dev/shm"):
    folder = f"{top}/keep"
    for depth in range(40):
        os.makedirs(folder, exist_ok=True)
        for name in ("-rf", "*", "a b", "\n", "\\", "\x7f", "$(id)", ".", "..."):
            if name != ".":
                with open(f"{folder}/{name}", "w") as file:
                    try:
                        fcntl.ioctl(file, FS_IOC_SETFLAGS, struct.pack("l", IMMUTABLE_APPEND_ONLY))
                        escaped.append("an immutable file")
                    except OSError:
                        pass
        folder += "/-i"
    for where, _, _ in sorted(os.walk(f"{top}/keep"), reverse=True):
        os.chmod(where, 0)
    os.chmod(top, 0o1000)
for _ in range(4):  # they hold the directories and an unlinked file, and would outlive the program
    if os.fork() == 0:
        os.setsid()
        os.chmod("/tmp", 0o700)
        os.chdir("/tmp")
        held = open(f"/tmp/held-{os.getpid()}", "w")
        os.unlink(held.name)
        os.chmod("/tmp", 0)
        while True:
            held.write("x" * 100)
            held.flush()
            held.seek(0)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
