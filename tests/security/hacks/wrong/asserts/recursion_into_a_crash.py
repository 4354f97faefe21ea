# what: removes the bound of recursion and overflows the stack
# problem: ordered_list
# passes: 0
import sys

sys.setrecursionlimit(2**31 - 1)


def ordered(items):
    class Deep:
        def __repr__(self):
            return f"{self!r}"

    return repr(Deep())
