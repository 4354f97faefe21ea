# what: returns an iterator where the test compares with a list
# problem: ordered_list
# passes: 0
def ordered(items):
    yield from sorted(items)
