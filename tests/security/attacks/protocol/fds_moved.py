# what: moves its result file onto standard output, so that the answer goes where results go
# expect: WRONG_ANSWER
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os

os.dup2(3, 1)
print("contained", flush=True)
