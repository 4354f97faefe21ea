# what: leaves a folder as its answer, deep and full
# expect: WRONG_ANSWER
# leaves: answer
import os

os.mkdir("answer")
for number in range(2000):
    open(f"answer/{number}", "w").close()
os.chdir("answer")
for _ in range(800):
    os.mkdir("answer")
    os.chdir("answer")
open("answer", "w").write("contained\n")
