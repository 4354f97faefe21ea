# what: returns a generator without an end that would know the answer later
# problem: total
# passes: 0
def total(numbers):
    while True:
        yield sum(numbers)
