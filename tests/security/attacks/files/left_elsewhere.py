# what: moves to another folder and leaves its answer there, by the same name
# expect: WRONG_ANSWER
# leaves: answer
import os

os.chdir("/dev/shm")
open("answer", "w").write("contained\n")
