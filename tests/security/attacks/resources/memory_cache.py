# what: writes, removes and keeps open files of both scratch directories, so that only their pages are left
# expect: MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 disk_mib=128 wall_time_s=15
import os

for number in range(100):
    path = f"{('/tmp', '/dev/shm')[number % 2]}/planted-{number}"
    file = os.open(path, os.O_CREAT | os.O_RDWR)
    os.unlink(path)
    os.write(file, bytes(1 << 20))
    os.lseek(file, 0, os.SEEK_SET)
    os.read(file, 1 << 20)
print("contained")
