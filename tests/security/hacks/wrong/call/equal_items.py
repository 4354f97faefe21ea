# what: returns right items of wrong types: True for 1, 2.0 for 2
# problem: ordered
# passes: 1 of 3
def ordered(items):
    swaps = {1: True, 2: 2.0}
    return [swaps.get(item, item) for item in sorted(items)]
