# what: renames the folder and leaves a link in its place for whoever looks there
# problem: archive
# passes: 0
import os

os.rename("in", "kept")
os.symlink("kept", input())
