# what: fills its memory to the brim, so that nothing is left to look at its answer with
# expect: ACCEPTED or MEMORY_LIMIT_EXCEEDED
# limits: cpu_time_s=2 memory_mib=64 disk_mib=64 wall_time_s=10
# leaves: answer
import os

with open("answer", "w") as file:
    file.write("contained\n")
size = 1 << 20
with open("/dev/shm/ballast", "wb") as ballast:
    for number in range(1 << 16):
        if os.fork() == 0:
            try:
                os.write(ballast.fileno(), b"x" * size)
            finally:
                os._exit(0)
        if os.wait()[1]:
            break
