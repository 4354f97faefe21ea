# what: reports results of every form on the file for them, true and broken, huge and negative
# expect: ACCEPTED
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os

for text in (
    b'{"returned":["v",[0]]}',
    b'{"raised":["MemoryError","forged"]}',
    b'{"ending":"finished","exit_code":0,"run":0}',
    b'{"behaviour":"forged","raised":',
    b"\xff\xff\xff\xff\xff\xff\xff\xff" * 8,
    b"\x7f\xff\xff\xff" + b"\x00" * 60,
    b"[" * 5000,
):
    os.write(3, text)
print("contained")
