# what: makes empty files, links and directories until no inode is left
# expect: ACCEPTED or MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=4 memory_mib=128 disk_mib=16 wall_time_s=20
import os

escaped = []
for directory in ("/tmp", "/dev/shm"):
    made = 0
    try:
        while made < 60000:
            os.symlink("x" * 200, f"{directory}/planted-{made}")
            made += 1
    except OSError:
        continue
    escaped.append(directory)
print("contained" if not escaped else f"ESCAPED: {escaped}")
