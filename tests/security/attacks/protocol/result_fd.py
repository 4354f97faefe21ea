# what: forges answers on the file that an honest run reports its result on
# expect: ACCEPTED
import os

os.write(3, b'{"returned":["v",[0]]}')
print("contained")
