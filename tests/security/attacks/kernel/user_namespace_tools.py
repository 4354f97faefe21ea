# what: becomes root in a user namespace by the system's tools and by Python: unshare, bwrap, os.unshare, id maps
# expect: ACCEPTED
# limits: processes=24 cpu_time_s=3
import os
import shutil
import subprocess

TOOLS = ["unshare -Ur id -u", "unshare -Urm true", "unshare -Urn true", "unshare -Urpf true", "unshare --time -Ur true", "unshare -UrC true",
         "bwrap --unshare-all --ro-bind / / true", "bwrap --dev-bind / / true", "setpriv --reuid 0 true", "setpriv --inh-caps +sys_admin --ambient-caps +sys_admin true",
         "nsenter -t 1 -a true", "nsenter -t 1 -U true", "chroot /tmp true", "newuidmap 1 0 0 1", "newgidmap 1 0 0 1", "pivot_root . .",
         "ip link add x type dummy", "ip link set lo up", "losetup -f", "dmesg", "insmod x.ko", "runuser -u root true",
         "setarch -R true", "setarch -X true", "mount --bind /tmp /usr", "umount /tmp", "swapon /tmp/x", "hostname other", "date -s now",
         "fusermount -u /tmp", "fusermount3 -u /tmp", "ping -c1 127.0.0.1", "at now", "crontab -l", "systemctl status"]  # fmt: skip

escaped = []
for tool in TOOLS:
    command = tool.split()
    if shutil.which(command[0]) is None:
        continue
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        escaped.append(f"{tool}: {done.stdout[:60]!r}")
for name in ("unshare", "setns"):
    function = getattr(os, name, None)  # from Python 3.12 on
    if function is not None:
        for flag in (0x10000000, 0x20000, 0x40000000):
            try:
                function(flag) if name == "unshare" else function(os.open("/proc/self/ns/user", os.O_RDONLY), flag)
                escaped.append(f"os.{name} {flag:#x}")
            except OSError:
                pass
for name, text in (("setgroups", "deny"), ("uid_map", f"0 {os.getuid()} 1"), ("gid_map", f"0 {os.getgid()} 1")):
    try:
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
        escaped.append(f"{name} was written")
    except OSError:
        pass
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
