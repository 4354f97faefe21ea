# what: says each byte by itself
# problem: guess
import os


def say(text):
    for byte in text.encode():
        os.write(1, bytes([byte]))


low, high = 1, 1000000
while low < high:
    middle = (low + high + 1) // 2
    say(f"? {middle}\n")
    if input() == "<":
        high = middle - 1
    else:
        low = middle
say(f"! {low}\n")
