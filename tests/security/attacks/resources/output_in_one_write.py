# what: one single write of far more than the limit, and then an end that looks well
# expect: OUTPUT_LIMIT_EXCEEDED
# limits: cpu_time_s=2 memory_mib=256 output_bytes=65536 wall_time_s=10
import os

os.write(1, bytes(100 << 20))
os._exit(0)
