# what: returns an integer that takes ages to print
# problem: total
# passes: 0
def total(numbers):
    return 7**200_000
