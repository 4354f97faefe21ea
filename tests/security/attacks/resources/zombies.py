# what: leaves as many zombies as it can, its own and orphans', and reaps none
# expect: ACCEPTED
# limits: cpu_time_s=3 memory_mib=128 processes=30 wall_time_s=15
import os

made = 0
try:
    while made < 1000:
        if os.fork() == 0:
            try:
                os.fork()
            finally:
                os._exit(0)
        made += 1
except OSError:
    pass
print("contained" if made < 30 else f"ESCAPED: {made} children")
