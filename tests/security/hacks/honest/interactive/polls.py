# what: waits by select for what does not block
# problem: guess
import os
import select

os.set_blocking(0, False)


def hear():
    said = b""
    while not said.endswith(b"\n"):
        select.select([0], [], [])
        said += os.read(0, 1)
    return said.decode().strip()


low, high = 1, 1000000
while low < high:
    middle = (low + high + 1) // 2
    print("?", middle, flush=True)
    if hear() == "<":
        high = middle - 1
    else:
        low = middle
print("!", low, flush=True)
