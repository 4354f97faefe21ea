# what: asks more often than it may
# problem: guess
# passes: 1 of 3
guess = 1
while True:
    print("?", guess + 1, flush=True)
    if input() == "<":
        break
    guess += 1
print("!", guess)
