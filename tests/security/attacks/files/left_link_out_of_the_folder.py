# what: makes the folder of its answer a link that climbs out of the working directory
# expect: WRONG_ANSWER
# leaves: out/etc/passwd
import os

os.symlink("../../../../..", "out")
