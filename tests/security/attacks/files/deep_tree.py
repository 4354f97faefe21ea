# what: leaves directories nested beyond PATH_MAX and beyond any recursion limit
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=128
# copies: 2
import os

depth = 0
for top in ("/tmp", "/dev/shm"):
    os.chdir(top)
    try:
        while depth % 10000 < 5000:
            os.mkdir("d" * 20)
            os.chdir("d" * 20)
            depth += 1
    except OSError:
        pass
    depth += 10000 - depth % 10000
    open("file", "w").close()
print("contained")
