# what: takes the run's way to end away, so that it would fall back into the stage's and the zygote's own loops
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=2
import os

print("contained", flush=True)
os._exit = lambda status: None
