# what: leaves by sys.exit(0) after the right answer
# problem: sum
import sys

input()
print(sum(map(int, input().split())))
sys.exit(0)
