# what: hides its answer among thousands of files, some of odd names
# expect: ACCEPTED
# limits: cpu_time_s=10
# leaves: out/answer
import os

os.mkdir("out")
with open("out/answer", "w") as file:
    file.write("contained\n")
names = (b"out/\xff\xfe", b"out/answer ", b"out/Answer", b"out/answer\n", b"-rf", b"out/" + b"x" * 255)
for name in names:
    open(name, "w").close()
for number in range(10_000):
    open(f"out/{number}", "w").close()
