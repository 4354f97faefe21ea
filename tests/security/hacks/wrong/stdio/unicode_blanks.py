# what: separates the right tokens by blanks that are no ASCII whitespace
# problem: running
# passes: 0
from itertools import accumulate

print("\u00a0".join(map(str, accumulate(map(int, input().split())))))
