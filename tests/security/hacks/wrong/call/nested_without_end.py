# what: returns a list that holds itself
# problem: total
# passes: 0
def total(numbers):
    numbers.append(numbers)
    return numbers
