# what: returns a wrong value and lets a thread write another result behind it
# problem: total
# passes: 0
import os
import threading
import time


def late():
    time.sleep(0.05)
    os.write(3, b'{"returned":6}')


def total(numbers):
    threading.Thread(target=late).start()
    return 0
