# what: spoils the scratch directories in ways that a clean-up trips over, for the next run of the same program
# expect: ACCEPTED
# limits: cpu_time_s=2 memory_mib=128 wall_time_s=10
import os

escaped = []
for directory in ("/dev/shm", "/tmp"):
    if os.listdir(directory) or os.stat(directory).st_mode & 0o777 != 0o700:
        escaped.append(directory)
    os.chdir(directory)
    for name in ("planted\nname", "-rf", "*", "\udcff", "x" * 255):
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0))
    os.mkfifo("fifo", 0)
    os.symlink("/", "root")
    os.symlink("loop", "loop")
    os.link("-rf", "hard")
    for _ in range(500):
        os.mkdir("d")
        os.chdir("d")
    try:
        os.setxattr(directory, "user.planted", b"x")
    except OSError:
        pass
    os.chmod(directory, 0)
print("contained" if not escaped else f"ESCAPED: {escaped} is not as new")
