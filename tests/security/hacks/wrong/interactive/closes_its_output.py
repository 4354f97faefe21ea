# what: closes its side and listens
# problem: guess
# passes: 0
import os

os.close(1)
os.read(0, 1)
