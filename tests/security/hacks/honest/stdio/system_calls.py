# what: reads and writes by system calls, a few bytes at a time
# problem: sum
import os

text = b""
while part := os.read(0, 2):
    text += part
answer = str(sum(map(int, text.split()[1:]))).encode()
for byte in answer:
    os.write(1, bytes([byte]))
