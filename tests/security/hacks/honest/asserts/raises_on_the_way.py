# what: raises exceptions that the test catches, and ends iterators by return
# problem: halves
def numbers(count):
    yield from range(count)
    return "unused"


def halve(number):
    if number % 2:
        raise ValueError(number)
    return number // 2
