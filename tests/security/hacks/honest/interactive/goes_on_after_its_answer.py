# what: writes on after its answer, to nobody
# problem: guess
low, high = 1, 1000000
while low < high:
    middle = (low + high + 1) // 2
    print("?", middle, flush=True)
    if input() == "<":
        high = middle - 1
    else:
        low = middle
for word in ("!", "more", "still more"):
    print(word, low, flush=True)
