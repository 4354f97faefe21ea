# what: leaves a link to a descriptor that whoever follows it may have open
# expect: WRONG_ANSWER
# leaves: answer
import os

os.symlink("/proc/self/fd/3", "answer")
