# what: leaves a child behind that sleeps
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
if os.fork() == 0:
    time.sleep(60)
print("!", low, flush=True)
