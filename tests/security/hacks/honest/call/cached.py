# what: caches by a decorator of functools, over a tuple
# problem: total
from functools import lru_cache, wraps


def hashable(function):
    @wraps(function)
    def wrapped(numbers):
        return function(tuple(numbers))

    return wrapped


@hashable
@lru_cache(maxsize=None)
def total(numbers):
    return numbers[0] + total(list(numbers[1:])) if numbers else 0
