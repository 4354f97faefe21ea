# what: prints all possible answers, the right one among them
# problem: sum
# passes: 0
for number in range(-1000, 1000):
    print(number)
