# what: takes the run's way to end away, so that it falls back into the stage's and the zygote's own loops
# expect: RUNTIME_ERROR or WRONG_ANSWER or TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=2
import os

print("contained", flush=True)
os._exit = lambda status: None
