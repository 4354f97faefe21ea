# what: writes beside the file and renames it into its place
# problem: counts
import collections
import json
import os
import tempfile

with tempfile.NamedTemporaryFile("w", dir=".", delete=False) as file:
    json.dump(collections.Counter(open("words.txt").read().split()), file, indent=4)
os.replace(file.name, "counts.json")
