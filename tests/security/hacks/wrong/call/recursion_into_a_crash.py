# what: removes the bound of recursion and overflows the stack
# problem: total
# passes: 0
import sys

sys.setrecursionlimit(2**31 - 1)


def total(numbers):
    return (lambda f: f(f))(lambda f: f"{f(f)}")
