# what: closes both lines, and only then ends
# problem: guess
import os
import time

low, high = 1, 1000000
while low < high:
    middle = (low + high + 1) // 2
    print("?", middle, flush=True)
    if input() == "<":
        high = middle - 1
    else:
        low = middle
print("!", low, flush=True)
os.close(0)
os.close(1)
time.sleep(0.05)
os._exit(0)
