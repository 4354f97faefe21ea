# what: one operation of the interpreter, in C, that no handler and no trace function ever interrupts
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=128 wall_time_s=10
import re

re.match(r"(a|a)*$", "a" * 60 + "b")
