# what: pads the right answer with NUL bytes, where text of C would end
# problem: sum
# passes: 0
import sys

input()
sys.stdout.buffer.write(str(sum(map(int, input().split()))).encode() + b"\0\0\0\n")
