# what: gives an interval that holds the answer
# problem: ratio
# passes: 0
a, b = map(float, input().split())
print(a / b - 1, a / b + 1)
