# what: gives the right answer and ends with an exit code
# problem: guess
# passes: 0
low, high = 1, 1000000
while low < high:
    middle = (low + high + 1) // 2
    print("?", middle, flush=True)
    if input() == "<":
        high = middle - 1
    else:
        low = middle
print("!", low, flush=True)
raise SystemExit(3)
