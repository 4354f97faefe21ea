# what: a detached grandchild meets the memory limit while its parents pretend to be idle, and to be well
# expect: MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 wall_time_s=15
import os

reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.close(reading)
        held = []
        while True:
            held.append(b"\x01" * (1 << 20))
    os._exit(0)
os.close(writing)
os.wait()
os.read(reading, 1)  # until the grandchild is dead
print("contained")
