# what: prints more digits than a checker can read
# problem: divisor
# passes: 0
print("9" * 100_000)
