# what: answers in notations that only Python's own float() and int() would read
# problem: ratio
# passes: 0
a, b = map(float, input().split())
print((a / b).hex())
