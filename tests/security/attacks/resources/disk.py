# what: writes as much as it can into each scratch directory, in many files
# expect: ACCEPTED
# limits: cpu_time_s=3 memory_mib=256 disk_mib=8 wall_time_s=15
import os

escaped = []
for directory in ("/tmp", "/dev/shm"):
    written = 0
    try:
        for number in range(64):
            file = os.open(f"{directory}/planted-{number}", os.O_CREAT | os.O_WRONLY)
            written += os.write(file, bytes(1 << 20))
            os.close(file)
    except OSError:
        pass
    if written > 8 << 20:
        escaped.append(f"{written} bytes in {directory}")
print("contained" if not escaped else f"ESCAPED: {escaped}")
