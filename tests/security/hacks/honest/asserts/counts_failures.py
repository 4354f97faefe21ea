# what: an IntEnum member for a number, and the exit status 0 of none
# problem: failures
from enum import IntEnum


class Failures(IntEnum):
    NONE = 0
    ONE = 1


def failures(results):
    return Failures(len(results))
