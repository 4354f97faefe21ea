# what: asks for more memory than there is, in the hope that the judge is blamed
# problem: ordered_list
# passes: 0
# verdict: MEMORY_LIMIT_EXCEEDED
def ordered(items):
    return [b"x" * (1 << 24) + bytes([n]) for n in range(100)]
