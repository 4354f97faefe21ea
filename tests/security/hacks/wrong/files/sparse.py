# what: leaves a file of the largest size that takes no room
# problem: counts
# passes: 0
# verdict: OUTPUT_LIMIT_EXCEEDED
import os

os.truncate(os.open("counts.json", os.O_CREAT | os.O_RDWR), 16 << 20)
