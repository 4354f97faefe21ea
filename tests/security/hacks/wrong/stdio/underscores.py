# what: writes the right number with underscores between its digits
# problem: ratio
# passes: 0
a, b = map(float, input().split())
print("_".join(f"{a / b:.9f}"))
