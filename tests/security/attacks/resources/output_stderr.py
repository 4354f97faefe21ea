# what: floods standard error only, and has the right answer
# expect: OUTPUT_LIMIT_EXCEEDED
# limits: cpu_time_s=2 memory_mib=64 output_bytes=65536 wall_time_s=10
import os

print("contained", flush=True)
while True:
    os.write(2, b"x" * 4096)
