# what: moves to the place that the first test names
# problem: archive
# passes: 1 of 3
import os

os.rename("in", "old")
