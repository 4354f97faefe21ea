# what: returns an iterator without an end
# problem: evens
# passes: 0
import itertools


def evens(bound):
    return itertools.count(0, 2)
