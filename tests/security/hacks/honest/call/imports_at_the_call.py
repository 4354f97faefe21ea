# what: imports by star, by name and by a string, some of it in the call
# problem: total
from functools import *
from importlib import import_module


def total(numbers):
    return reduce(import_module("operator").add, numbers, 0)
