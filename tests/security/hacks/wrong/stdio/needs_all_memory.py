# what: asks for more memory than there is, in the hope that the judge is blamed
# problem: sum
# passes: 0
# verdict: MEMORY_LIMIT_EXCEEDED
held = []
while True:
    held.append(bytearray(b"x") * (1 << 24))
