# what: writes the right answer to standard error only
# problem: sum
# passes: 0
import sys

input()
print(sum(map(int, input().split())), file=sys.stderr)
