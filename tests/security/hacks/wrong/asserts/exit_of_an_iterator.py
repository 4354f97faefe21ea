# what: an iterator that ends by leaving with success, drawn ahead, and another exception meanwhile
# problem: halves
# passes: 0
def numbers(count):
    yield from range(count)
    raise SystemExit(0)


def halve(number):
    raise ValueError
