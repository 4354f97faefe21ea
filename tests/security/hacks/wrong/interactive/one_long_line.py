# what: says one word without end
# problem: guess
# passes: 0
import os

while True:
    os.write(1, b"9" * 65536)
