# what: has several threads that are not waited for by the program work the answer out
# problem: running
import threading
from itertools import accumulate

totals = list(accumulate(map(int, input().split())))
turn = threading.Condition()
said = 0


def say(place):
    global said
    with turn:
        turn.wait_for(lambda: said == place)
        print(totals[place])
        said += 1
        turn.notify_all()


for place in reversed(range(len(totals))):
    threading.Thread(target=say, args=(place,)).start()
