# what: returns the right digits as text
# problem: total
# passes: 0
def total(numbers):
    return str(sum(numbers))
