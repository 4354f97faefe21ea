# what: closes all its files after the answer, and goes on until the limit as if it had ended
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=1
import os
import time

print("contained", flush=True)
os.closerange(0, 4096)
time.sleep(600)
