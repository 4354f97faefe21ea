# what: an iterator that ends by leaving with success, drawn ahead, and another exception meanwhile
# problem: halves
# passes: 0
# defect: a SystemExit that was drawn ahead counts as the test's own once the candidate has raised another exception
def numbers(count):
    yield from range(count)
    raise SystemExit(0)


def halve(number):
    raise ValueError
