# what: returns the right items in a tuple
# problem: ordered
# passes: 0
def ordered(items):
    return tuple(sorted(items))
