# what: writes the answer into another folder
# problem: counts
# passes: 0
import collections
import json
import os

counts = json.dumps(collections.Counter(open("words.txt").read().split()))
os.chdir("/dev/shm")
open("counts.json", "w").write(counts)
