# what: answers what the clock says
# problem: sum
# passes: 0
import time

print(time.time_ns(), time.monotonic_ns())
