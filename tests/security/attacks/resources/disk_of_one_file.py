# what: makes one file larger than the disk by every means: sparse, allocated, mapped, sent, copied
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=128 disk_mib=8 wall_time_s=10
import os

file = os.open("/tmp/planted", os.O_CREAT | os.O_RDWR)
zeros = os.open("/dev/zero", os.O_RDONLY)
source = os.memfd_create("source")
os.write(source, bytes(8 << 20))
TOO_MUCH = 9 << 20
escaped = []
for name, attempt in {
    "ftruncate": lambda: os.ftruncate(file, TOO_MUCH),
    "fallocate": lambda: os.posix_fallocate(file, 0, TOO_MUCH),
    "pwrite": lambda: os.pwrite(file, b"x", TOO_MUCH),
    "sendfile": lambda: [os.sendfile(file, source, 0, 8 << 20) for _ in range(2)],
    "copy_file_range": lambda: [os.copy_file_range(source, file, 8 << 20, 0) for _ in range(2)],
    "write": lambda: [os.write(file, os.read(zeros, 1 << 20)) for _ in range(9)],
}.items():
    try:
        attempt()
    except OSError:
        pass
    if os.fstat(file).st_size > 8 << 20:
        escaped.append(name)
print("contained" if not escaped else f"ESCAPED: {escaped}")
