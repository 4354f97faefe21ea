# what: returns a set of numbers that all have one hash
# problem: total
# passes: 0
def total(numbers):
    return {n * (2**61 - 1) for n in range(3000)}
