# what: says a number that takes long to read
# problem: guess
# passes: 0
print("!", "9" * 1_000_000)
