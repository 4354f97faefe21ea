# what: hides its answer among as many files as there may be, of odd names
# expect: ACCEPTED
# leaves: out/answer
import os

os.mkdir("out")
with open("out/answer", "w") as file:
    file.write("contained\n")
names = (b"out/\xff\xfe", b"out/answer ", b"out/Answer", b"out/answer\n", b"-rf", b"out/" + b"x" * 255)
for name in names:
    open(name, "w").close()
try:
    for number in range(1 << 16):
        open(f"out/{number}", "w").close()
except OSError:
    pass
