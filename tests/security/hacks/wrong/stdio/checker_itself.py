# what: prints the number itself, which divides it
# problem: divisor
# passes: 0
print(input())
