# what: asks, hears, and ends well
# problem: guess
# passes: 0
print("? 500000", flush=True)
input()
