# what: prints the answer instead of writing it
# problem: counts
# passes: 0
import collections
import json

print(json.dumps(collections.Counter(open("words.txt").read().split())))
