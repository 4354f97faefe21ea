# what: sorts a deep copy in place by its own method and checks itself
# problem: ordered
from copy import deepcopy


def ordered(items):
    mine = deepcopy(items)
    for i in range(len(mine)):
        for j in range(len(mine) - 1 - i):
            if mine[j] > mine[j + 1]:
                mine[j], mine[j + 1] = mine[j + 1], mine[j]
    assert sorted(items) == mine, "insane"
    return mine
