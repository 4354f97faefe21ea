# what: prints a wrong answer and tries to take it back by seeking, truncating and reading it away
# problem: sum
# passes: 0
import fcntl
import os

os.write(1, b"0\n")
for take_back in (
    lambda: os.ftruncate(1, 0),
    lambda: os.lseek(1, 0, os.SEEK_SET),
    lambda: fcntl.fcntl(1, 1031, 4096),  # F_SETPIPE_SZ
):
    try:
        take_back()
    except OSError:
        pass
