# what: returns 1 and 0 for True and False
# problem: is_even
# passes: 0
def is_even(number):
    return 1 - number % 2
