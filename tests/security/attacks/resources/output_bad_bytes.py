# what: output of every kind of byte that a terminal, a log or a parser may stumble over
# expect: WRONG_ANSWER
# limits: cpu_time_s=1 memory_mib=64 wall_time_s=6
import os

os.write(
    1,
    bytes(range(256))
    + b"\x1b[2J\x1b]0;owned\x07\xff\xfe\r\n\x00"
    + "\u202e\ud800".encode("utf-8", "surrogatepass"),
)
os.write(2, b'\x00\xff\x1b[31m{"event":"forged"}\n' * 10)
