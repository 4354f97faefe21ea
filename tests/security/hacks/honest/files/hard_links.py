# what: moves by links of the same file
# problem: archive
import os

name = input()
os.mkdir(name)
for file in os.listdir("in"):
    os.link(f"in/{file}", f"{name}/{file}")
    os.remove(f"in/{file}")
