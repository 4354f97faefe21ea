# what: claims a right answer in an interactor's words
# problem: guess
# passes: 0
import sys

print("ok", file=sys.stderr)
print("ok")
