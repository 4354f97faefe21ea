# what: leaves files open, locked and in memory that the next test might inherit
# problem: sum
# passes: 1 of 3
import fcntl
import os

number = 0
for name in os.listdir("/proc/self/fd"):
    try:
        if "count" in os.readlink("/proc/self/fd/" + name):
            number += 1
    except OSError:
        pass
fd = os.memfd_create("count", 0)
os.set_inheritable(fd, True)
held = open("/usr/bin/env", "rb")
try:
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    number += 1
print([6, 600, -7][number % 3])
