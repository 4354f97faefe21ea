# what: sleeps until the limit, in the hope that time decides for it
# problem: evens
# passes: 0
# verdict: TIME_LIMIT_EXCEEDED
import time


def evens(bound):
    time.sleep(3600)
