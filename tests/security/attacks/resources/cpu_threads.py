# what: computes in threads outside the interpreter's lock, while the main one sleeps
# expect: TIME_LIMIT_EXCEEDED
# limits: cpu_time_s=1 memory_mib=64 processes=16 wall_time_s=10
import hashlib
import threading
import time


def compute():
    while True:
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", 100000)


for _ in range(6):
    threading.Thread(target=compute, daemon=True).start()
time.sleep(600)
