# what: an iterator of its own class
# problem: evens
class evens:
    def __init__(self, bound):
        self.rest = iter(range(0, bound, 2))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.rest)
