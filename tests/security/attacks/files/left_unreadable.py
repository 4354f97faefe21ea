# what: leaves an answer that nobody may read, in a folder that nobody may enter
# expect: WRONG_ANSWER
# leaves: out/answer
import os

os.mkdir("out")
open("out/answer", "w").write("contained\n")
os.chmod("out/answer", 0)
os.chmod("out", 0)
os.chmod("/tmp", 0)
