# what: returns the expected exception instead of raising it
# problem: divide
# passes: 0
def divide(a, b):
    return ValueError("division by zero")
