# what: prints what harnesses print of failures
# problem: ordered_list
import sys

print("1 failed")


def ordered(items):
    print("AssertionError", items, file=sys.stderr)
    print("FAIL")
    return sorted(items)
