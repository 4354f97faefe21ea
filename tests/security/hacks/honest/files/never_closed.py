# what: leaves it to Python's end to write what the file holds
# problem: counts
import collections
import json

file = open("counts.json", "w")
file.write(json.dumps(collections.Counter(open("words.txt").read().split())))
