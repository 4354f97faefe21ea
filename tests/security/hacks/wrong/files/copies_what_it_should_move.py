# what: copies, so that the old files are still there
# problem: archive
# passes: 0
import shutil

shutil.copytree("in", input())
