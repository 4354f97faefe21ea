# what: prints before, in and after the call
# problem: total
import sys

print("loading")


def total(numbers):
    print("FAILED", numbers)
    print("Traceback (most recent call last):", file=sys.stderr)
    return sum(numbers)
