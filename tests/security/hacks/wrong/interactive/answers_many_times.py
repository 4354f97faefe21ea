# what: tries one answer after the other
# problem: guess
# passes: 1 of 3
for guess in range(1, 1000):
    print("!", guess)
