# what: an exit function prints a part of the right answer
# problem: running
import atexit
from itertools import accumulate

totals = list(accumulate(map(int, input().split())))
atexit.register(print, totals[-1])
for total in totals[:-1]:
    print(total)
