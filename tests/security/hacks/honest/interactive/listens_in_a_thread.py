# what: hears the answers in another thread
# problem: guess
import queue
import sys
import threading

heard = queue.Queue()
threading.Thread(target=lambda: [heard.put(line.strip()) for line in sys.stdin], daemon=True).start()
low, high = 1, 1000000
while low < high:
    middle = (low + high + 1) // 2
    print("?", middle, flush=True)
    if heard.get() == "<":
        high = middle - 1
    else:
        low = middle
print("!", low, flush=True)
