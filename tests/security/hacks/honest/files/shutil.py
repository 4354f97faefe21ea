# what: moves by the standard library
# problem: archive
import shutil

shutil.move("in", input())
