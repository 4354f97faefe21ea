# what: closes its streams and files before it could be asked, and exits well after it
# expect: WRONG_ANSWER
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os

os.closerange(0, 4096)
os._exit(0)
