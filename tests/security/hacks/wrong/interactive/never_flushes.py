# what: asks, and keeps the question to itself
# problem: guess
# passes: 0
import os

print("? 500000", end="\n")
os.read(0, 10)
