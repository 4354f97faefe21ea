# what: sums into a mutable default argument and empties its argument on the way
# problem: total
def total(numbers, kept=[0]):
    kept[0] = 0
    while numbers:
        kept[0] += numbers.pop()
    return kept[0]
