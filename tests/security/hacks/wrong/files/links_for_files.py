# what: leaves links to files with the right content
# problem: archive
# passes: 0
import os

name = input()
os.rename("in", "kept")
os.mkdir(name)
for file in os.listdir("kept"):
    os.symlink(f"../kept/{file}", f"{name}/{file}")
