# what: has a child write the answer, and waits for it
# problem: counts
import collections
import json
import os

if os.fork() == 0:
    with open("counts.json", "w") as file:
        json.dump(collections.Counter(open("words.txt").read().split()), file)
    os._exit(0)
os.wait()
