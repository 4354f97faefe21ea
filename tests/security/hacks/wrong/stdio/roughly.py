# what: is off by a hundred times the tolerance
# problem: ratio
# passes: 0
a, b = map(float, input().split())
print(a / b + 1e-4)
