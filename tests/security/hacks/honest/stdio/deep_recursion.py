# what: recurs far deeper than Python allows by default
# problem: sum
import sys
import threading

sys.setrecursionlimit(200_000)
threading.stack_size(64 << 20)


def add(numbers, place, deep):
    if deep:
        return add(numbers, place, deep - 1)
    return numbers[place] + add(numbers, place + 1, 0) if place < len(numbers) else 0


def main():
    input()
    print(add(list(map(int, input().split())), 0, 20_000))


threading.Thread(target=main).start()
