# what: comes from another system: a byte order mark, carriage returns, no newline at the end
# problem: sum
# sent: bom, crlf, no final newline
from sys import *

_ = stdin.readline()
text = """
"""
print(sum(map(int, stdin.readline().split())), end=text)
