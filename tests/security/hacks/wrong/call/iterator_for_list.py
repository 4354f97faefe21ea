# what: returns an iterator over the right items
# problem: ordered
# passes: 0
def ordered(items):
    return iter(sorted(items))
