# what: sorts in place by slices, quick, with walrus and recursion
# problem: ordered_in_place
def order(items, low=0, high=None):
    if high is None:
        high = len(items)
    if (size := high - low) > 1:
        middle = low + size // 2
        order(items, low, middle)
        order(items, middle, high)
        items[low:high] = merged(items[low:middle], items[middle:high])


def merged(left, right):
    while left and right:
        yield (left if left[0] <= right[0] else right).pop(0)
    yield from left or right
