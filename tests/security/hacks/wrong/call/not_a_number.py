# what: returns NaN, which is unequal to everything and so close to nothing
# problem: mean
# passes: 0
def mean(numbers):
    return float("nan")
