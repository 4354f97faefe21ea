# what: leaves a detached process behind that answers after the end, in this test or the next
# problem: sum
# passes: 0
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3)
        os.write(1, b"600\n")
    os._exit(0)
