# what: ends without ending its last line
# problem: guess
low, high = 1, 1000000
while low < high:
    middle = (low + high + 1) // 2
    print("?", middle, flush=True)
    if input() == "<":
        high = middle - 1
    else:
        low = middle
print("!", low, end="")
