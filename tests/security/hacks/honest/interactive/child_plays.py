# what: has a child play for it
# problem: guess
import os

if os.fork():
    raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
low, high = 1, 1000000
while low < high:
    middle = (low + high + 1) // 2
    print("?", middle, flush=True)
    if input() == "<":
        high = middle - 1
    else:
        low = middle
print("!", low, flush=True)
