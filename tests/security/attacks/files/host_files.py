# what: reads files of the host: accounts, homes, service sockets, logs, temporary files, other tenants' data
# expect: ACCEPTED
import os

PRIVATE = """/etc/shadow /etc/gshadow /etc/sudoers /etc/ssh /etc/machine-id /etc/docker /etc/crontab
/root /home /srv /mnt /media /opt /boot /lost+found /var/lib /var/log /var/spool /var/run /run/docker.sock
/var/run/docker.sock /run/containerd /run/systemd /run/dbus /run/user /run/secrets /run/lock /host /hostfs /rootfs
/.dockerenv.d /workspace /work /data /code /app /box /sandbox /judge /testcases /tests /usr/src/app""".split()
UPWARDS = ["/" + "../" * depth + "root/.bashrc" for depth in (1, 5, 40)]
ROOTS = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/proc/self/root/tmp", "/proc/self/cwd/../tmp", "/proc/1/root", "/proc/1/cwd"]
NAME = "verifierd" + "-canary"

IMAGES = b"# UNCONFIGURED FSTAB"  # as an image has it

escaped = []
if os.path.exists("/etc/fstab") and not open("/etc/fstab", "rb").read().startswith(IMAGES):
    escaped.append("/etc/fstab")
for path in [*PRIVATE, *UPWARDS]:
    try:
        found = os.listdir(path) if os.path.isdir(path) else [open(path, "rb").read(64)]
    except OSError:
        continue
    if found:  # an image may have empty ones
        escaped.append(path)
for root in ROOTS:
    for folder, folders, files in os.walk(root):
        escaped += [os.path.join(folder, name) for name in [*folders, *files] if NAME in name]
if os.path.exists("/etc/passwd") and os.access("/etc/passwd", os.R_OK):
    people = [line for line in open("/etc/passwd") if "/bin/bash" in line and "root" not in line]
    escaped += ["an account of the host: " + line for line in people]
for line in open("/proc/self/mountinfo"):
    source, _, fs = line.partition(" - ")
    if fs.split()[0] in {"ext4", "xfs", "btrfs", "overlay"} and " rw," in source and "/tmp" in source.split()[4]:
        escaped.append("writable mount of the host: " + source)
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
