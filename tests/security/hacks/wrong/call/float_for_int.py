# what: returns 6.0 for 6
# problem: total
# passes: 0
def total(numbers):
    return float(sum(numbers))
