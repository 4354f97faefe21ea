# what: prints another right answer than the one that is expected
# problem: divisor
number = int(input())
print(next((each for each in range(number - 1, 1, -1) if number % each == 0), -1))
