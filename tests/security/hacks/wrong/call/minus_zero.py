# what: returns the float -0.0 for every number
# problem: total
# passes: 0
def total(numbers):
    return -0.0
