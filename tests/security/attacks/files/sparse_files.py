# what: makes sparse, preallocated and mapped files larger than its disk, in each writable place
# expect: ACCEPTED
# limits: disk_mib=4 memory_mib=96
import mmap
import os

LIMIT = 4 << 20
escaped = []
for top in ("/tmp", "/dev/shm"):
    with open(f"{top}/sparse", "w+b") as file:
        for size in (LIMIT + 1, 1 << 30, 1 << 40, (1 << 62)):
            for grow in (
                lambda: file.truncate(size),
                lambda: os.posix_fallocate(file.fileno(), 0, size),
                lambda: os.pwrite(file.fileno(), b"x", size),
                lambda: (os.lseek(file.fileno(), size, os.SEEK_SET), os.write(file.fileno(), b"x")),
            ):
                try:
                    grow()
                    escaped.append(f"{top} took a file of {size} bytes")
                except (OSError, OverflowError):
                    pass
        file.truncate(LIMIT)
        with mmap.mmap(file.fileno(), LIMIT) as mapped:
            mapped.write(b"x" * (LIMIT // 2))
    os.unlink(f"{top}/sparse")
    written = 0
    try:
        for number in range(64):
            with open(f"{top}/{number}", "wb", buffering=0) as file:
                for _ in range(16):
                    written += file.write(b"x" * 65536)
    except OSError:
        pass
    if written > LIMIT:
        escaped.append(f"{top} took {written} bytes")
print("ESCAPED: " + "; ".join(escaped) if escaped else "contained")
