# what: writes names that only look like the right ones
# problem: archive
# passes: 0
import os

name = input()
os.mkdir(name)
for file in os.listdir("in"):
    os.rename(f"in/{file}", f"{name}/{file}\u200b")
