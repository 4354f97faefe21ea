# what: fails, and its hook for exceptions prints a success and leaves with 0
# problem: sum
# passes: 0
import os
import sys


def hook(*_):
    os.write(1, b"OK\n")
    os._exit(0)


sys.excepthook = hook
raise RuntimeError
