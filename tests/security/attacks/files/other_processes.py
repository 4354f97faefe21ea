# what: opens every file of every other process in /proc, for reading secrets or for writing; among them process 1
# expect: ACCEPTED
import os

PRIVATE = {"environ", "mem", "maps", "smaps", "pagemap", "auxv", "io", "stack", "syscall", "personality", "wchan_"}
LINKS = ("cwd", "root", "exe", "ns/user", "ns/pid", "ns/net", "ns/mnt")

escaped = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == os.getpid():
        continue
    folder = f"/proc/{pid}"
    for where in (folder, f"{folder}/task/{pid}"):
        try:
            names = os.listdir(where)
        except OSError:
            continue
        for name in names:
            path = f"{where}/{name}"
            try:
                os.write(os.open(path, os.O_WRONLY | os.O_NONBLOCK), b"50000")  # some open and refuse that
                escaped.append(f"{path} was written")
            except OSError:
                pass
            if name in PRIVATE:
                try:
                    fd = os.open(path, os.O_RDONLY)
                    if os.read(fd, 64).strip(b"0\n"):
                        escaped.append(f"{path} is readable")
                    os.close(fd)
                except OSError:
                    pass
    for folder_name in ("fd", "map_files", "fdinfo"):
        try:
            escaped += [f"{folder}/{folder_name}/{name}" for name in os.listdir(f"{folder}/{folder_name}")]
        except OSError:
            pass
    for link in LINKS:
        try:
            escaped.append(f"{folder}/{link} -> {os.readlink(f'{folder}/{link}')}")
        except OSError:
            pass
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
