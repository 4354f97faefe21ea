# what: takes back what it has said
# problem: guess
# passes: 0
import os

print("! 0", flush=True)
try:
    os.read(os.open("/dev/stdout", os.O_RDONLY | os.O_NONBLOCK), 100)
except OSError:
    pass
