# what: calls the test's function from a thread pool of one and composes it
# problem: twice
from functools import reduce


def compose(*functions):
    return reduce(lambda f, g: lambda x: f(g(x)), functions)


def twice(function, value):
    return compose(function, function)(value)
