# what: returns a function that would know the answer if it were called
# problem: total
# passes: 0
def total(numbers):
    return lambda: sum(numbers)
