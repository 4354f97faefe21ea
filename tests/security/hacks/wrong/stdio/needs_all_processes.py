# what: uses its processes up, in the hope that the judge is blamed
# problem: sum
# passes: 0
import os
import signal

for _ in range(200):
    try:
        if os.fork() == 0:
            signal.pause()
    except OSError:
        break
os._exit(0)
