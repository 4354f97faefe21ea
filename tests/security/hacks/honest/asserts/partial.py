# what: a partial of a function that is a method of a class
# problem: ordered_list
from functools import partial, partialmethod


class Orders:
    def _by(self, key, items):
        return sorted(items, key=key)

    by_value = partialmethod(_by, None)


ordered = partial(Orders.by_value, Orders())
