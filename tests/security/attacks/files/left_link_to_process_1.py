# what: leaves a link to what /proc has of whoever follows it
# expect: WRONG_ANSWER
# leaves: answer
import os

os.symlink("/proc/self/environ", "answer")
