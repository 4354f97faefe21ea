# what: floods standard output
# expect: OUTPUT_LIMIT_EXCEEDED
# limits: cpu_time_s=2 memory_mib=64 output_bytes=65536 wall_time_s=10
while True:
    print("contained" * 100)
