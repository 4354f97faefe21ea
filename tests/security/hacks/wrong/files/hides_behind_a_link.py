# what: moves all, and puts the old folder back behind a link
# problem: archive
# passes: 0
import os
import shutil

name = input()
shutil.copytree("in", name)
os.rename("in", "kept")
os.symlink("kept", "in")
