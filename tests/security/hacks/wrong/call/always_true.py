# what: returns True to everything
# problem: is_even
# passes: 1 of 2
def is_even(number):
    return True
