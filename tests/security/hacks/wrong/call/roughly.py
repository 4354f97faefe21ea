# what: is off by a hundred times the tolerance
# problem: mean
# passes: 0
def mean(numbers):
    return sum(numbers) / len(numbers) + 1e-4
