# what: makes the folder of its answer a link to one of the host, which has such a file
# expect: WRONG_ANSWER
# leaves: out/passwd
import os

os.symlink("/etc", "out")
