# what: returns what is neither true nor false
# problem: is_even
# passes: 0
def is_even(number):
    return NotImplemented
