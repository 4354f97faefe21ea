# what: gains an id or a capability by setuid files of its own and of the system, file capabilities, set*id calls
# expect: ACCEPTED
# limits: processes=32
import ctypes
import os
import shutil
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
before = os.getresuid(), os.getresgid()
escaped = []
for uid in (0, 1, 1000, 1001, 65533, 2**32 - 2):
    for change in ((os.setuid, uid), (os.seteuid, uid), (os.setgid, uid), (os.setegid, uid), (os.setgroups, [uid])):
        if uid in (os.getuid(), os.getgid()):
            continue
        try:
            change[0](change[1])
            escaped.append(f"{change[0].__name__} {uid}")
        except (OSError, OverflowError):
            pass
ids = "print(open('/proc/self/status').read())"
for folder in ("/tmp", "/dev/shm"):
    program = f"{folder}/shell"
    shutil.copy("/bin/sh", program)
    for mode in (0o4755, 0o2755, 0o6755):
        os.chmod(program, mode)
        for owner in ((0, 0), (1, 1)):
            try:
                os.chown(program, *owner)
                escaped.append(f"chown {owner}")
            except OSError:
                pass
    for name, value in (("security.capability", bytes.fromhex("0100000200ffffff00000000ffffffff00000000")), ("trusted.x", b"x")):
        try:
            os.setxattr(program, name, value)
            escaped.append(f"attribute {name}")
        except OSError:
            pass
    answer = subprocess.run([program, "-c", "id -u; id -g"], capture_output=True, text=True)
    if answer.returncode == 0 and answer.stdout.split() != [str(os.getuid()), str(os.getgid())]:
        escaped.append(f"{program} runs as {answer.stdout.split()}")
for tool in ("su -c id", "sudo -n id", "newgrp root", "mount -t tmpfs x /tmp", "pkexec id", "chsh -s /bin/sh", "unshare -r id", "nsenter -t 1 -m id", "bwrap --bind / / id", "capsh --print"):
    command = tool.split()
    if shutil.which(command[0]):
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode == 0 and command[0] != "capsh" and command[0] != "newgrp":
            escaped.append(f"{tool}: {done.stdout[:80]}")
status = dict(line.split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
    if int(status.get(name, "0"), 16):
        escaped.append(f"{name} {status[name].strip()}")
if (os.getresuid(), os.getresgid()) != before:
    escaped.append("another id")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
