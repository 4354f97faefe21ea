# what: a generator where the test makes a list of it
# problem: evens
def evens(bound):
    number = 0
    while number < bound:
        sent = yield number
        number += 2 if sent is None else sent
