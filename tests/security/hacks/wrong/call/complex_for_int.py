# what: returns a complex number without an imaginary part
# problem: total
# passes: 0
def total(numbers):
    return complex(sum(numbers))
