# what: says what is no text
# problem: guess
# passes: 0
import os

os.write(1, bytes(range(256)) * 100)
