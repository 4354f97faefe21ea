# what: writes names of other case
# problem: archive
# passes: 0
import os

name = input()
os.mkdir(name)
for file in os.listdir("in"):
    os.rename(f"in/{file}", f"{name}/{file.upper()}")
