# what: writes the answer into a file that nobody closes, by a finalizer
# problem: sum
import os


class Answer:
    def __init__(self, number):
        self.number = number
        self.out = open(os.dup(1), "w")

    def __del__(self):
        self.out.write(str(self.number))


input()
answer = Answer(sum(map(int, input().split())))
