# what: writes a file that only its own user may read
# problem: counts
import collections
import json
import os

os.umask(0o177)
with open("/tmp/counts.json", "w") as file:
    json.dump(dict(collections.Counter(open("words.txt").read().split())), file)
os.chdir("/")
