# what: leaves a child that keeps the line open, so that nobody ends
# problem: guess
# passes: 0
import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(60)
