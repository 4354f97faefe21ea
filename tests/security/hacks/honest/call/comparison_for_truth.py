# what: returns the result of a comparison of sets
# problem: is_even
def is_even(number):
    return {number % 2} == {0}
