# what: leaves a file of the largest size that it may have, and no content
# expect: OUTPUT_LIMIT_EXCEEDED
# leaves: answer
import os

file = os.open("answer", os.O_CREAT | os.O_RDWR)
size = 1 << 62
while size:
    try:
        os.truncate(file, size)
        break
    except OSError:
        size //= 2
