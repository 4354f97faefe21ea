# what: leaves logs, caches and links beside what is asked for
# problem: archive
import os
import shutil

name = input()
os.makedirs(".cache/deep/er")
for number in range(200):
    open(f".cache/{number}", "w").close()
os.symlink("/etc/passwd", "notes")
os.mkfifo("fifo")
shutil.move("in", name)
os.symlink(name, "latest")
