# what: has identifiers and text in other scripts
# problem: mirror
import sys

строка = sys.stdin.readline().rstrip("\n")
答え = "".join(reversed(строка))
print(答え)
