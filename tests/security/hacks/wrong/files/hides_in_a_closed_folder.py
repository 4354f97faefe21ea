# what: copies all, and closes the old folder so that nobody sees its files
# problem: archive
# passes: 0
import os
import shutil

shutil.copytree("in", input())
os.chmod("in", 0)
