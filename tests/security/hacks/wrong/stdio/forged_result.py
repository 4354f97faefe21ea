# what: claims on the result's descriptor to have returned every answer there is
# problem: sum
# passes: 0
import os

for answer in (6, 600, -7):
    os.write(3, b'{"returned":%d}' % answer)
