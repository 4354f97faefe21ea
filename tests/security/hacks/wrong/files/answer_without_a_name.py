# what: writes the answer and takes its name away
# problem: counts
# passes: 0
import collections
import json
import os

file = open("counts.json", "w")
json.dump(collections.Counter(open("words.txt").read().split()), file)
os.remove("counts.json")
