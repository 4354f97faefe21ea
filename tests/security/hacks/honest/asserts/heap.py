# what: a list of a derived class whose content is right and whose methods are its own
# problem: ordered_list
import heapq


class Heap(list):
    def drain(self):
        while self:
            yield heapq.heappop(self)


class Result(list):
    def __repr__(self):
        return "a result"


def ordered(items):
    heap = Heap(items)
    heapq.heapify(heap)
    return Result(heap.drain())
