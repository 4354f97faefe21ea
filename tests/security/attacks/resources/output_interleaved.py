# what: floods both streams in turns, byte by byte, from several processes
# expect: OUTPUT_LIMIT_EXCEEDED
# limits: cpu_time_s=3 memory_mib=64 output_bytes=20000 processes=8 wall_time_s=15
import os

os.fork()
while True:
    os.write(1, b"o")
    os.write(2, b"e")
