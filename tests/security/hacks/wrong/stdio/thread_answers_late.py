# what: lets a daemon thread answer after the end
# problem: sum
# passes: 0
import os
import threading
import time


def late():
    time.sleep(1)
    os.write(1, b"6\n")


threading.Thread(target=late, daemon=True).start()
