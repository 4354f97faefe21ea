# what: fails, and turns the failure into exit code 0 by an exit function
# problem: sum
# passes: 0
import atexit
import os

atexit.register(os._exit, 0)
raise ValueError("no idea")
