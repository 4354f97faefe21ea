# what: moves each file in a thread
# problem: archive
import os
from concurrent.futures import ThreadPoolExecutor

name = input()
os.mkdir(name)
with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda file: os.rename(f"in/{file}", f"{name}/{file}"), os.listdir("in")))
